using System.CommandLine;

namespace Endoscope.Cli.Tests;

public sealed class ArgvTests
{
    [Theory]
    [InlineData("-n a shell ls -l", "-n a shell -- ls -l")]
    [InlineData("-n a shell ls -n b", "-n a shell -- ls -n b")]
    [InlineData("-n a shell -t ls -t", "-n a shell -t -- ls -t")]
    [InlineData("-n shell shell ls", "-n shell shell -- ls")]
    [InlineData("-tn shell shell ls", "-tn shell shell -- ls")]
    [InlineData("-nshell shell ls", "-nshell shell -- ls")]
    [InlineData("shell -- ls -- -l", "shell -- ls -- -l")]
    [InlineData("shell --pod web ls --pod", "shell --pod web -- ls --pod")]
    [InlineData("-p shell pids", "-p shell pids")]
    [InlineData("shell", "shell")]
    [InlineData("-n a -shop -p b pids", "-n a -p b pids")]
    [InlineData("shell ls -shop", "shell -- ls -shop")]
    public void KeepsAnotherProgramsCommandLineAsItIs(string line, string prepared) => Assert.Equal(prepared, Prepare(line.Split(' ')));

    [Fact]
    public void GivesAnEmptyValueWhereOneIsWritten() => Assert.Equal("--regcred  -n a pids", Prepare("--regcred=", "-n", "a", "pids"));

    [Fact]
    public void LeavesAnEmptyWordAnEmptyWord() => Assert.Equal("-c  shell -- printf ", Prepare("-c", "", "shell", "printf", ""));

    private static string Prepare(params string[] args)
    {
        Option[] options =
        [
            new Option<string>("--namespace", "-n"), new Option<string>("--pod", "-p"), new Option<string>("--regcred", "-c"), new Option<bool>("--terminate", "-t"),
        ];
        var root = new RootCommand();
        foreach (var option in options)
        {
            root.Options.Add(option);
        }

        root.Subcommands.Add(new System.CommandLine.Command("shell"));
        root.Subcommands.Add(new System.CommandLine.Command("pids"));
        return string.Join(' ', Argv.Prepare(args, root, new HashSet<string> { "shell" }));
    }
}
