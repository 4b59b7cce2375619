using System.Text;
using Endoscope.Agent.Processes;

namespace Endoscope.Agent.Tests.Processes;

public sealed class PodUidTests
{
    private const string Uid = "3f2a1c9e-0b4d-4c6a-9e57-8d1f6b2a7c30";
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData($"0::/kubepods/besteffort/pod{Uid}/{Id}\n")]
    [InlineData($"12:pids:/kubepods/pod{Uid}/{Id}\n11:cpu:/kubepods/pod{Uid}/{Id}\n")]
    [InlineData("0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod3f2a1c9e_0b4d_4c6a_9e57_8d1f6b2a7c30.slice/cri-containerd-" + Id + ".scope\n")]
    [InlineData("0::/kubelet.slice/kubepods.slice/kubepods-pod3f2a1c9e_0b4d_4c6a_9e57_8d1f6b2a7c30.slice/crio-" + Id + ".scope\n")]
    [InlineData($"0::/../../pod{Uid}/{Id}\n")]
    public void FindsWhateverRunsInThePod(string cgroups) => Assert.Equal(CgroupPlace.Own, Find(cgroups));

    [Theory]
    [InlineData("0::/kubepods/besteffort/podaaaaaaaa-0b4d-4c6a-9e57-8d1f6b2a7c30/" + Id + "\n")]
    [InlineData($"0::/kubepods/besteffort/pod{Uid}0/{Id}\n")]
    [InlineData($"0::/kubepods/besteffort/xpod{Uid}/{Id}\n")]
    [InlineData("0::/kubepods.slice/kubepods-pod3f2a1c9e_0b4d_4c6a_9e57_8d1f6b2a7c30.slicer/x\n")]
    [InlineData("0::/\n")]
    [InlineData("")]
    public void FindsNothingElse(string cgroups) => Assert.Equal(CgroupPlace.Elsewhere, Find(cgroups));

    [Theory]
    [InlineData("")]
    [InlineData("../../etc")]
    [InlineData("3F2A1C9E-0B4D-4C6A-9E57-8D1F6B2A7C30")]
    public void RefusesWhatIsNoUid(string text) => Assert.Null(PodUid.Parse(text));

    private static CgroupPlace Find(string cgroups) => PodUid.Parse(Uid)!.Find(Encoding.ASCII.GetBytes(cgroups));
}
