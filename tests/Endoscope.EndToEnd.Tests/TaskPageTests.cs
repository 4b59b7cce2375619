using System.Text;
using System.Text.RegularExpressions;
using Endoscope.Testing;

namespace Endoscope.EndToEnd.Tests;

/// <summary>
/// Runs every command of every page below docs/tasks on the cluster, in order and in a namespace of the page's own in the place of
/// <c>shop</c>, and holds what it prints against what the page shows. So a page stays true.
/// </summary>
public sealed class TaskPageTests
{
    private const string NamespaceOfPages = "shop";
    private const int InterruptSignal = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The pages there are.</summary>
    public static TheoryData<string> Pages =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "docs/tasks"), "*.md").Select(file => Path.GetFileName(file)).Order()];

    [Theory(Skip = Cluster.Skip, SkipType = typeof(Cluster), SkipUnless = nameof(Cluster.IsThere), Timeout = 300_000)]
    [MemberData(nameof(Pages))]
    public async Task APageShowsWhatReallyHappens(string page)
    {
        var steps = TaskPage.Parse(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/tasks", page), TestContext.Current.CancellationToken));
        Assert.NotEmpty(steps);
        var ns = $"scope-task-{Guid.NewGuid().ToString("N")[..8]}";
        await Cluster.KubectlAsync("create", "namespace", ns);
        try
        {
            foreach (var step in steps)
            {
                await RunAsync(new TaskStep(In(ns, step.Command), [.. step.Shown.Select(line => In(ns, line))], step.IsInterrupted));
            }
        }
        finally
        {
            await Cluster.KubectlAsync("delete", "namespace", ns, "--wait=false");
        }
    }

    [Fact]
    public void ReadsCommandsAndWhatTheyPrint()
    {
        var steps = TaskPage.Parse(
            """
            Text.
            ```console
            $ scope pids
            PID  CPID
            …
            $ scope strace
            read(3, …) = 12
            ^C
            ```
            ```
            $ not a transcript
            ```
            """);

        Assert.Equal(["scope pids", "scope strace"], steps.Select(step => step.Command));
        Assert.Equal([["PID  CPID"], ["read(3, …) = 12"]], steps.Select(step => step.Shown));
        Assert.Equal([false, true], steps.Select(step => step.IsInterrupted));
    }

    [Theory]
    [InlineData("PID  CPID COMMAND", "   PID    CPID  COMMAND", true)]
    [InlineData("4711  1  /serve 8080", "29931 1 /serve 8080", true)]
    [InlineData("#0  0x00007f12ab in read ()", "#0  0x00005577ffab9c in read ()", true)]
    [InlineData("read(3, \"…\") = 12", "read(7, \"x\\n\") = 2", true)]
    [InlineData("web-0  10.246.1.2", "web-3  10.246.17.44", true)]
    [InlineData("4711  S  /serve", "29931 R /serve", true)]
    [InlineData("4711  S  /serve", "29931 Z /serve", false)]
    [InlineData("one thing", "something else", false)]
    [InlineData("in read ()", "in write ()", false)]
    public void NumbersAndWidthsDifferFromRunToRun(string shown, string printed, bool matches)
    {
        var step = new TaskStep("", [shown], IsInterrupted: false);

        Assert.Equal(matches, step.Missing($"before\n{printed}\nafter") is null);
    }

    [Fact]
    public void LinesComeInTheOrderShown()
    {
        var step = new TaskStep("", ["one", "two"], IsInterrupted: false);

        Assert.Null(step.Missing("zero\none\nbetween\ntwo\n"));
        Assert.Equal("two", step.Missing("two\none\n"));
    }

    private static string In(string ns, string line) => Regex.Replace(line, $@"\b{NamespaceOfPages}\b", ns);

    private static async Task RunAsync(TaskStep step)
    {
        var script = $"cd '{Repository.Root}'; PATH='{Path.GetDirectoryName(Cluster.Scope)}':$PATH; exec 2>&1 < /dev/null; {step.Command}";
        using var command = Command.Start("setsid", "env", "--default-signal", "bash", "-c", script);
        if (step.IsInterrupted)
        {
            await Cluster.UntilAsync(
                () => $"$ {step.Command}\nshows '{step.Missing(Output(command))}'; it shows:\n{Output(command)}",
                Patience,
                () => Task.FromResult(command.HasEnded || step.Missing(Output(command)) is null));
            command.SignalGroup(InterruptSignal);
        }

        var result = await command.EndAsync();
        var output = Output(command);
        Assert.True(step.Missing(output) is null, $"$ {step.Command}\ndoes not show: {step.Missing(output)}\nbut:\n{output}");
        Assert.True(step.IsInterrupted || result.ExitCode == 0, $"$ {step.Command}\nended with {result.ExitCode}:\n{output}");
    }

    // What a program prints comes byte for byte; pages are UTF-8.
    private static string Output(Command command) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(command.OutputSoFar));
}
