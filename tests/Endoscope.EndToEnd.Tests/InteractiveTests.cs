using System.Security.Cryptography;
using System.Text;

namespace Endoscope.EndToEnd.Tests;

/// <summary>What a person at a real terminal does to gdb, strace and the shell.</summary>
public sealed class InteractiveTests(Cluster cluster)
{
    private string Scope => $"{Cluster.Scope} -n {cluster.Namespace}";

    [ClusterFact]
    public async Task ControlCIsGdbsAndSoAreTheArrows()
    {
        var target = await cluster.WorkerAsync("hand-busy", "dynamic", "threads", "8");
        await using var window = await OpenGdbAsync(target);

        await window.TypeAsync("continue");
        await window.ShowsAsync("^Continuing");
        await window.KeyAsync("C-c");
        await window.ShowsAsync(@"received signal SIGINT");
        await window.TypeAsync("print 6 * 7");
        await window.ShowsAsync(@"^\$1 = 42$");
        await window.KeyAsync("Up");
        await window.KeyAsync("BSpace");
        await window.TypeAsync("8");
        await window.ShowsAsync(@"^\$2 = 48$");
        await window.KeyAsync("C-z");
        await window.TypeAsync("print 1 + 1");
        await window.ShowsAsync(@"^\$3 = 2$");
        await window.KeyAsync("C-d");
        await window.ShowsAsync(@"\(y or n\)");
        await window.TypeAsync("y");
        await window.ShowsAsync(@"^\$$");
        await window.TypeAsync("echo code $?; stty -a | grep -ow -- '-\\?echo'");

        await window.ShowsAsync("^code 0\necho$");
        await cluster.WorkerGoesOnAsync(target);
    }

    [ClusterFact]
    public async Task GdbFitsTheWindowAndSpeaksUtf8()
    {
        var target = await cluster.WorkerAsync("hand-window", "musl", "threads", "1");
        await using var window = await OpenGdbAsync(target);

        await window.TypeAsync("show width");
        await window.ShowsAsync(@"in a line is 100\.");
        await window.ResizeAsync(77, 30);
        await window.TypeAsync("shell stty size");
        await window.ShowsAsync("^30 77$");
        await window.TypeAsync("echo Größe ✓ 日本\\n");

        await window.ShowsAsync("^Größe ✓ 日本$");
    }

    [ClusterFact]
    public async Task ATargetGoesOnWhenGdbsWindowIsClosed()
    {
        var target = await cluster.WorkerAsync("hand-busy", "dynamic", "threads", "8");
        await using (var window = await OpenGdbAsync(target))
        {
            await window.TypeAsync("break work if count == 0");
            await window.TypeAsync("continue");
            await window.ShowsAsync("^Continuing");
            await window.CloseAsync();
        }

        await Cluster.UntilAsync(
            "nothing traces the target any more", TimeSpan.FromSeconds(90), async () => (await cluster.ScopeAsync(target, "strace", "--", "-V")).ExitCode == 0);
        await cluster.WorkerGoesOnAsync(target);
    }

    [ClusterFact]
    public async Task StraceIsStoppedContinuedAndInterruptedLikeAnyCommand()
    {
        var target = await cluster.WorkerAsync("hand-strace", "static", "threads", "1");
        await using var window = await TerminalWindow.OpenAsync(100, 24);

        await window.TypeAsync($"clear; {Scope} -p {target} strace");
        await window.ShowsAsync("getppid");
        await window.KeyAsync("C-z");
        await window.ShowsAsync("Stopped");
        await window.TypeAsync("clear; fg");
        await window.ShowsAsync("getppid");
        await window.KeyAsync("C-c");
        await window.ShowsAsync("detached");
        await window.TypeAsync("echo code $?");

        await window.ShowsAsync("^code 130$");
        await cluster.WorkerGoesOnAsync(target);
    }

    [ClusterFact]
    public async Task TheShellTakesAPasteOf100Kilobytes()
    {
        var lines = string.Concat(Enumerable.Range(0, 1000).Select(line => $"{line:0000} äöü {new string((char)('a' + (line % 26)), 90)}\n"));
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, lines, TestContext.Current.CancellationToken);
        await using var window = await OpenShellAsync();

        await window.TypeAsync("echo ready; cat > /tmp/pasted");
        await window.ShowsAsync("^ready$");
        await window.PasteAsync(file);
        await window.ShowsAsync("^0999 ");
        await window.KeyAsync("C-d");
        await window.TypeAsync("sha256sum < /tmp/pasted");

        await window.ShowsAsync($"^{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines)))} ");
        File.Delete(file);
    }

    [ClusterFact]
    public async Task TheShellErasesWholeCharactersAndEndsWithControlD()
    {
        await using var window = await OpenShellAsync();

        await window.TypeAsync("echo Größe ✓ 日本");
        await window.ShowsAsync("^Größe ✓ 日本$");
        await window.TypeAsync("IFS= read -r -p 'your line: ' line; echo \"<$line>\"");
        await window.ShowsAsync("^your line:$");
        await window.WriteAsync("aé✓");
        await window.KeyAsync("BSpace");
        await window.KeyAsync("BSpace");
        await window.TypeAsync("b");
        await window.ShowsAsync("^<ab>$");
        await window.KeyAsync("C-d");
        await window.ShowsAsync(@"^\$$");
        await window.TypeAsync("echo code $?");

        await window.ShowsAsync("^code 0$");
    }

    [ClusterFact]
    public async Task NothingIsLeftOfAShellWhoseWindowIsClosed()
    {
        var target = await cluster.TargetAsync("hand-vanish");
        await using (var window = await TerminalWindow.OpenAsync(100, 24))
        {
            await window.TypeAsync($"clear; {Scope} -p {target} shell");
            await window.ShowsAsync($"^scope:{cluster.Namespace}/{target}:/#");
            await window.TypeAsync("sleep 5151 & sleep 5151");
            await SleepsAreAsync(target, 2);
            await window.CloseAsync();
        }

        await SleepsAreAsync(target, 0);
    }

    private Task SleepsAreAsync(string target, int count) => Cluster.UntilAsync(
        $"{count} sleeps",
        TimeSpan.FromSeconds(90),
        async () => (await cluster.ScopeAsync(target, "shell", "--", "sh", "-c", "pgrep -fx 'sleep 5151' | wc -l")).Stdout == $"{count}\n");

    private async Task<TerminalWindow> OpenGdbAsync(string target)
    {
        var window = await TerminalWindow.OpenAsync(100, 40);
        await window.TypeAsync($"clear; {Scope} -p {target} gdb");
        await window.ShowsAsync(@"^\(gdb\)");
        return window;
    }

    private async Task<TerminalWindow> OpenShellAsync()
    {
        var window = await TerminalWindow.OpenAsync(120, 24);
        await window.TypeAsync($"clear; {Scope} -p web shell");
        await window.ShowsAsync($"^scope:{cluster.Namespace}/web:/#");
        return window;
    }
}
