using System.Text;
using Endoscope.Agent.Processes;

namespace Endoscope.Agent.Tests.Processes;

public sealed class ProcessStatTests
{
    private const string Rest = "S 41 42 43 34816 42 4194560 1 2 3 4 5 6 7 8 20 0 9 0 123456 18446744073709551615 1892";

    [Theory]
    [InlineData("sh")]
    [InlineData("a b")]
    [InlineData("(sd-pam)")]
    [InlineData(") S 1 (")]
    [InlineData("")]
    [InlineData("tm\nx")]
    public void ReadsTheFieldsWhateverTheCommandIsCalled(string name)
    {
        var stat = ProcessStat.Parse(Encoding.UTF8.GetBytes($"77 ({name}) {Rest}\n"));

        Assert.Equal(new ProcessStat(77, name, 'S', Parent: 41, Session: 43, Threads: 9, StartTicks: 123456), stat);
    }

    [Theory]
    [InlineData("")]
    [InlineData("77")]
    [InlineData("77 (sh")]
    [InlineData("77 (sh)")]
    [InlineData("77 (sh) ")]
    [InlineData("77 (sh) S")]
    [InlineData("77 (sh) S ")]
    [InlineData("77 (sh) S 1 2 3")]
    [InlineData("77 (sh) S 1 2 3 x 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20")]
    [InlineData("(sh) S 1 2 3")]
    [InlineData(")(")]
    public void TakesNothingFromALineThatIsCut(string line) => Assert.Null(ProcessStat.Parse(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void SurvivesAnyBytes()
    {
        var random = new Random(7);
        var line = Encoding.UTF8.GetBytes($"77 (sh) {Rest}\n");
        for (var round = 0; round < 20_000; round++)
        {
            var mutant = line[..random.Next(line.Length + 1)];
            for (var i = 0; i < 3 && mutant.Length > 0; i++)
            {
                mutant[random.Next(mutant.Length)] = (byte)" ()0-Z\n\0\u00ff"[random.Next(9)];
            }

            _ = ProcessStat.Parse(mutant);
            _ = ProcessStatus.Parse(mutant);
        }
    }

    [Fact]
    public void ReadsItsOwnLineOfTheKernel()
    {
        var stat = new ProcFileSystem().Stat(Environment.ProcessId);

        Assert.Equal(Environment.ProcessId, stat?.Pid);
        Assert.False(stat?.HasEnded);
    }
}
