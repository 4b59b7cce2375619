using Endoscope.Agent.Processes;

namespace Endoscope.Agent.Tests.Processes;

public sealed class ProcessStatusTests
{
    [Fact]
    public void TakesTheInnermostNumberTheEffectiveUserAndTheResidentMemory()
    {
        var status = ProcessStatus.Parse("""
            Name:	nginx
            State:	S (sleeping)
            Uid:	1000	1001	1002	1003
            VmHWM:	   99999 kB
            VmRSS:	   12345 kB
            NSpid:	4711	17	1
            NSsid:	1	2	3
            """u8);

        Assert.Equal(new ProcessStatus(ContainerPid: 1, NamespaceDepth: 3, UserId: 1001, ResidentBytes: 12345 * 1024), status);
    }

    [Fact]
    public void AZombieHasNoMemory() => Assert.Equal(0, ProcessStatus.Parse("Uid:\t0\t0\t0\t0\nNSpid:\t5\n"u8).ResidentBytes);

    [Fact]
    public void NothingGivesNothing() => Assert.Equal(default, ProcessStatus.Parse(default));
}
