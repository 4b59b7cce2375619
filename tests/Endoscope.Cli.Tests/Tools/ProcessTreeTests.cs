using Endoscope.Cli.Output;
using Endoscope.Protocol;

namespace Endoscope.Cli.Tests.Tools;

public sealed class ProcessTreeTests
{
    [Fact]
    public void PutsProcessesBelowTheirParents() => Assert.Equal(
        ["1", "├─ 2", "│  ├─ 4", "│  └─ 5", "└─ 3", "   └─ 6", "7"],
        Drawn(unicode: true, (1, 0), (2, 1), (3, 1), (4, 2), (5, 2), (6, 3), (7, 99)));

    [Fact]
    public void DrawsWithAsciiWhereNothingElseAppears() => Assert.Equal(["1", "|- 2", "`- 3"], Drawn(unicode: false, (1, 0), (2, 1), (3, 1)));

    [Fact]
    public void ShowsEachOnceWhereNumbersRunInACircle() => Assert.Equal(["1", "2", "└─ 3"], Drawn(unicode: true, (1, 1), (2, 3), (3, 2)));

    [Fact]
    public void ContinuesATableInItsFirstColumns()
    {
        var table = new Table(Column.Left("EVENT"), Column.Right("PID"));
        table.Add("running", "12345");
        Assert.Equal("EVENT      PID\nrunning  12345\n", table.Continue(null));
        table.Add("ended", "7");
        Assert.Equal("ended        7\n", table.Continue(null));
        Assert.Equal("", table.Continue(null));
    }

    private static IEnumerable<string> Drawn(bool unicode, params (int Pid, int Parent)[] processes) =>
        ProcessTree.Order([.. processes.Select(one => Process(one.Pid, one.Parent))], unicode).Select(row => $"{row.Branches}{row.Process.Pid}");

    private static ProcessRecord Process(int pid, int parent) => new()
    {
        Pid = pid,
        ContainerPid = pid,
        ParentPid = parent,
        UserId = 0,
        State = 'S',
        StartTicks = 0,
        StartedAt = DateTimeOffset.UnixEpoch,
        Threads = 1,
        ResidentBytes = 0,
        Name = "x",
        CommandLine = [],
    };
}
