using System.Text;
using Endoscope.Agent.Processes;

namespace Endoscope.Agent.Tests.Processes;

public sealed class ContainerIdTests
{
    private const string Id = "4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a";
    private const string Other = "0000000000000000000000000000000000000000000000000000000000000000";
    private const string Slices = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1b2c_3d4e.slice";
    private const string Groups = "/kubepods/burstable/pod1b2c-3d4e";

    [Theory]
    [InlineData("containerd, systemd, v2", $"0::{Slices}/cri-containerd-{Id}.scope\n")]
    [InlineData("containerd, systemd, v1", $"11:memory:{Slices}/cri-containerd-{Id}.scope\n1:name=systemd:{Slices}/cri-containerd-{Id}.scope\n")]
    [InlineData("containerd, cgroupfs, v2", $"0::{Groups}/{Id}\n")]
    [InlineData("containerd, cgroupfs, v1", $"11:memory:{Groups}/{Id}\n10:cpu,cpuacct:{Groups}/{Id}\n0::/\n")]
    [InlineData("containerd, systemd path on a cgroupfs runc", $"11:pids:/system.slice/containerd.service/kubepods-pod1b2c.slice:cri-containerd:{Id}\n")]
    [InlineData("CRI-O, systemd, v2, runc", $"0::{Slices}/crio-{Id}.scope\n")]
    [InlineData("CRI-O, systemd, v2, crun's child", $"0::{Slices}/crio-{Id}.scope/container\n")]
    [InlineData("CRI-O, systemd, v1", $"4:devices:{Slices}/crio-{Id}.scope\n")]
    [InlineData("CRI-O, cgroupfs, v1", $"4:devices:{Groups}/crio-{Id}\n")]
    [InlineData("CRI-O, cgroupfs, v2", $"0::{Groups}/crio-{Id}\n")]
    [InlineData("Docker, systemd, v2", $"0::{Slices}/docker-{Id}.scope\n")]
    [InlineData("Docker, systemd, v1", $"4:devices:{Slices}/docker-{Id}.scope\n")]
    [InlineData("Docker, cgroupfs, v1", $"4:devices:{Groups}/{Id}\n")]
    [InlineData("Docker without Kubernetes", $"0::/system.slice/docker-{Id}.scope\n")]
    [InlineData("Podman", $"0::/machine.slice/libpod-{Id}.scope/container\n")]
    [InlineData("a node that is itself a container", $"0::/docker/{Other}/kubelet{Slices}/cri-containerd-{Id}.scope\n")]
    [InlineData("a node that is itself a scope", $"0::/system.slice/docker-{Other}.scope/kubelet.slice{Slices}/cri-containerd-{Id}.scope\n")]
    [InlineData("seen from a sibling's cgroup namespace", $"0::/../cri-containerd-{Id}.scope\n")]
    [InlineData("seen from another pod's cgroup namespace", $"0::/../../kubepods-besteffort-pod9.slice/crio-{Id}.scope\n")]
    [InlineData("seen from far away, cgroupfs", $"0::/../../../besteffort/pod9/{Id}\n")]
    [InlineData("no newline at the end", $"0::{Groups}/{Id}")]
    [InlineData("only one controller knows", $"5:pids:/\n4:cpuset:{Groups}/{Id}\n3:freezer:/\n")]
    [InlineData("a colon in a name above", $"0::/a:b/{Id}\n")]
    public void FindsTheContainerInEveryForm(string form, string cgroups) =>
        Assert.True(Find(cgroups) == CgroupPlace.Own, form);

    [Theory]
    [InlineData("systemd in the container", $"0::{Slices}/cri-containerd-{Id}.scope/system.slice/nginx.service\n")]
    [InlineData("systemd in the container, crun", $"0::{Slices}/crio-{Id}.scope/container/init.scope\n")]
    [InlineData("a container in the container", $"0::{Groups}/{Id}/docker/{Other}\n")]
    [InlineData("the child is named container-x", $"0::{Groups}/{Id}/container-x\n")]
    public void CountsGroupsMadeInsideTheContainerAsItsOwn(string form, string cgroups) =>
        Assert.True(Find(cgroups) == CgroupPlace.Below, form);

    [Theory]
    [InlineData("nothing", "")]
    [InlineData("a host process", "0::/system.slice/sshd.service\n")]
    [InlineData("another container", $"0::{Slices}/cri-containerd-{Other}.scope\n")]
    [InlineData("CRI-O's monitor", $"0::{Slices}/crio-conmon-{Id}.scope\n")]
    [InlineData("Podman's monitor", $"0::/machine.slice/libpod-conmon-{Id}.scope\n")]
    [InlineData("longer to the left", $"0::{Groups}/a{Id}\n")]
    [InlineData("longer to the right", $"0::{Groups}/{Id}a\n")]
    [InlineData("longer to the right, before a scope", $"0::{Slices}/cri-containerd-{Id}0.scope\n")]
    [InlineData("longer to the left, after a runtime", $"0::{Slices}/cri-containerd-0{Id}.scope\n")]
    [InlineData("cut short", "0::/kubepods/pod1/4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293\n")]
    [InlineData("an unknown helper", $"0::{Slices}/helper-{Id}.scope\n")]
    [InlineData("a name that ends like a runtime's", $"0::{Slices}/xcrio-{Id}.scope\n")]
    [InlineData("Kata's sandbox process", $"0::{Groups}/kata_{Id}\n")]
    [InlineData("a service named after it", $"0::/system.slice/{Id}.service\n")]
    [InlineData("a scope that goes on", $"0::{Slices}/crio-{Id}.scopes\n")]
    [InlineData("no path at all", $"0::{Id}\n")]
    [InlineData("upper case", $"0::{Groups}/4B5C6D7E8F90A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3D4E5F60718293A\n")]
    public void IsNotMisledByWhatOnlyCarriesTheId(string form, string cgroups) =>
        Assert.True(Find(cgroups) == CgroupPlace.Elsewhere, form);

    [Fact]
    public void AMonitorsLineDoesNotHideTheContainers() =>
        Assert.Equal(CgroupPlace.Own, Find($"2:pids:/crio-conmon-{Id}.scope\n1:cpu:/crio-{Id}.scope\n"));

    [Theory]
    [InlineData("")]
    [InlineData("containerd://4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a")]
    [InlineData("4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293")]
    [InlineData("4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293ab")]
    [InlineData("4B5C6D7E8F90A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3D4E5F60718293A")]
    [InlineData("..5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a")]
    public void RefusesWhatIsNoId(string text) => Assert.Null(ContainerId.Parse(text));

    [Fact]
    public void JudgesAnyTextWithoutFailing()
    {
        var random = new Random(20250);
        var pieces = new[] { Id, Id[..63], Other, "/", ":", ".scope", "-", "crio", "cri-containerd", "conmon", "\n", "container", "..", "\0", "é" };
        var id = ContainerId.Parse(Id)!;
        for (var round = 0; round < 20_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]));
            var place = id.Find(Encoding.UTF8.GetBytes(text));
            Assert.Equal(ReferencePlace(text), place);
        }
    }

    // The same rules once more, by a regular expression.
    private static CgroupPlace ReferencePlace(string text)
    {
        var best = CgroupPlace.Elsewhere;
        foreach (var line in text.Split('\n'))
        {
            for (var at = line.IndexOf(Id, StringComparison.Ordinal); at >= 0; at = line.IndexOf(Id, at + 1, StringComparison.Ordinal))
            {
                if (!System.Text.RegularExpressions.Regex.IsMatch(line[..at], @"/(([^/]*:)?(cri-containerd|crio|docker|libpod):|(cri-containerd|crio|docker|libpod)-)?\z"))
                {
                    continue;
                }

                var rest = System.Text.RegularExpressions.Regex.Match(line[(at + Id.Length)..], @"\A(\.scope)?(?<below>/container\z|\z|/)");
                if (rest.Success)
                {
                    var place = rest.Groups["below"].Value == "/" ? CgroupPlace.Below : CgroupPlace.Own;
                    best = place > best ? place : best;
                }
            }
        }

        return best;
    }

    private static CgroupPlace Find(string cgroups) => ContainerId.Parse(Id)!.Find(Encoding.ASCII.GetBytes(cgroups));
}
