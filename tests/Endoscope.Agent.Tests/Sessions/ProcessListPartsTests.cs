using System.Text.Json;
using Endoscope.Agent.Sessions;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tests.Sessions;

public sealed class ProcessListPartsTests
{
    [Fact]
    public void AShortListIsOnePart() => Assert.Equal(3, Assert.Single(ProcessListParts.Split(Processes(3, "sleep"))).Processes.Count);

    [Fact]
    public void EveryPartFitsIntoAFrameAndNothingIsLost()
    {
        var processes = Processes(200, new string('\u0001', 10_000), "", "x");

        var parts = ProcessListParts.Split(processes).ToList();

        Assert.True(parts.Count > 1);
        Assert.All(parts, part =>
            Assert.True(JsonSerializer.SerializeToUtf8Bytes(part, ProtocolJson.Default.ProcessList).Length <= Frame.MaxPayload));
        Assert.Equal(processes, parts.SelectMany(part => part.Processes));
    }

    private static List<ProcessRecord> Processes(int count, params string[] commandLine) =>
    [
        .. Enumerable.Range(1, count).Select(pid => new ProcessRecord
        {
            Pid = pid,
            ContainerPid = pid,
            ParentPid = 0,
            UserId = 0,
            State = 'S',
            StartTicks = 0,
            StartedAt = DateTimeOffset.UnixEpoch,
            Threads = 1,
            ResidentBytes = 0,
            Name = "x",
            CommandLine = commandLine,
        }),
    ];
}
