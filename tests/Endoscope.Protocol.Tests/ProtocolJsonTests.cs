using System.Text.Json;

namespace Endoscope.Protocol.Tests;

/// <summary>The bytes on the wire: an agent and a client of different builds meet in them.</summary>
public sealed class ProtocolJsonTests
{
    private static readonly string Id = new('a', 64);

    [Fact]
    public void ARequestToList() => Same<AgentRequest>(
        new ListProcessesRequest { ContainerId = Id },
        $$"""{"verb":"list-processes","processes":[],"version":2,"containerId":"{{Id}}","inPod":false}""");

    [Fact]
    public void ARequestToRun() => Same<AgentRequest>(
        new RunRequest
        {
            ContainerId = Id,
            Argv = ["ping", "-c", "1"],
            Namespaces = ["net", "uts"],
            Environment = new Dictionary<string, string> { ["TERM"] = "xterm" },
            Terminal = new TerminalSize(80, 24),
        },
        $$$"""{"verb":"run","argv":["ping","-c","1"],"namespaces":["net","uts"],"environment":{"TERM":"xterm"},"terminal":{"columns":80,"rows":24},"version":2,"containerId":"{{{Id}}}","inPod":false}""");

    [Fact]
    public void ARequestToCapture() => Same<AgentRequest>(
        new CaptureRequest { ContainerId = Id, Filter = "tcp", Interfaces = ["eth0"], SnapLength = 96, BufferBytes = 1, KubeletPort = 10250 },
        $$"""{"verb":"capture","filter":"tcp","interfaces":["eth0"],"snapLength":96,"bufferBytes":1,"hostNetwork":false,"kubeletPort":10250,"version":2,"containerId":"{{Id}}","inPod":false}""");

    [Fact]
    public void ACapturedInterface() => Same(
        new CaptureInterfaceEvent { Interface = 1, Target = 2, Name = "eth0", LinkType = 1, Addresses = ["10.0.0.7/24"], HardwareAddress = "0a0000000001" },
        """{"interface":1,"target":2,"name":"eth0","linkType":1,"addresses":["10.0.0.7/24"],"hardwareAddress":"0a0000000001","isOfNode":false}""");

    [Fact]
    public void ACapturesCounters() => Same(
        new CaptureStatisticsEvent { Time = 5, Interfaces = [new InterfaceCounters(0, 3, 1, 2)] },
        """{"time":5,"interfaces":[{"interface":0,"received":3,"dropped":1,"sent":2}]}""");

    [Fact]
    public void AnEnd() => Same(
        new EndEvent { ExitCode = 137, Signal = 9, Error = new AgentError("tool", "gone"), OutputBytes = 1, ErrorBytes = 2 },
        """{"exitCode":137,"signal":9,"error":{"code":"tool","message":"gone"},"outputBytes":1,"errorBytes":2}""");

    [Fact]
    public void AnEndWithoutATool() => Same(
        new EndEvent { OutputBytes = 0, ErrorBytes = 0 }, """{"outputBytes":0,"errorBytes":0}""");

    [Fact]
    public void AListOfProcesses() => Same(
        new ProcessList([Process]), $$"""{"processes":[{{ProcessText}}]}""");

    [Fact]
    public void AStart() => Same(
        new StartedEvent { ToolPid = 5, Target = Process }, $$"""{"toolPid":5,"target":{{ProcessText}},"attached":[]}""");

    [Fact]
    public void ARequestToFetch() => Same<AgentRequest>(
        new FetchFilesRequest { ContainerId = Id, Path = "/data", Held = [new HeldFile("big", 65536, Digest: "ab"), new HeldFile("whole", 1, DateTimeOffset.UnixEpoch)] },
        $$"""{"verb":"fetch-files","held":[{"path":"big","size":65536,"digest":"ab"},{"path":"whole","size":1,"modified":"1970-01-01T00:00:00+00:00"}],"path":"/data","version":2,"containerId":"{{Id}}","inPod":false}""");

    [Fact]
    public void AChecksumTakesNoNoticeOfHoles()
    {
        var (sparse, other) = (new FileDigest(), new FileDigest());
        sparse.Add(3 * FileDigest.Chunk, [1, 2]);
        other.Add(2 * FileDigest.Chunk, [1, 2]);

        Assert.True(FileDigest.IsZero(new byte[FileDigest.Chunk]));
        Assert.NotEqual(sparse.Current, other.Current);
        Assert.NotEqual(sparse.Current, sparse.Finish(4 * FileDigest.Chunk));
    }

    [Fact]
    public void WhatARequestLeavesOutHasItsDefault()
    {
        var run = Assert.IsType<RunRequest>(JsonSerializer.Deserialize(
            $$"""{"verb":"run","containerId":"{{Id}}","argv":["x"]}""", ProtocolJson.Default.AgentRequest));

        Assert.Equal(["net"], run.Namespaces);
        Assert.Empty(run.Environment);
        Assert.Null(run.Terminal);
    }

    private static ProcessRecord Process { get; } = new()
    {
        Pid = 1,
        ContainerPid = 2,
        ParentPid = 3,
        UserId = uint.MaxValue,
        State = 'S',
        StartTicks = ulong.MaxValue,
        StartedAt = DateTimeOffset.UnixEpoch,
        Threads = 4,
        ResidentBytes = long.MaxValue,
        Name = "sh",
        CommandLine = ["sh", "-c", ""],
    };

    private static string ProcessText =>
        """{"pid":1,"containerPid":2,"parentPid":3,"userId":4294967295,"state":"S","startTicks":18446744073709551615,"startedAt":"1970-01-01T00:00:00+00:00","threads":4,"residentBytes":9223372036854775807,"name":"sh","commandLine":["sh","-c",""]}""";

    private static void Same<T>(T value, string json)
    {
        var typeInfo = ProtocolJson.Default.GetTypeInfo(typeof(T))!;
        Assert.Equal(json, JsonSerializer.Serialize(value, typeInfo));
        var read = (T)JsonSerializer.Deserialize(json, typeInfo)!;
        Assert.Equal(json, JsonSerializer.Serialize(read, typeInfo));
    }
}
