using System.Text.RegularExpressions;

namespace Endoscope.EndToEnd.Tests;

/// <summary>What only shows in a real terminal.</summary>
public sealed class TerminalTests(Cluster cluster)
{
    private string Scope => $"{Cluster.Scope} -n {cluster.Namespace}";

    [ClusterFact]
    public async Task TheShellSaysWhereOneIsAndFitsTheWindow()
    {
        await using var window = await TerminalWindow.OpenAsync(100, 24);

        await window.TypeAsync($"clear; {Scope} -p static shell");
        await window.ShowsAsync($"^scope:{cluster.Namespace}/static:/#");
        await window.TypeAsync("stty size");
        await window.ShowsAsync("^24 100$");
        await window.ResizeAsync(77, 30);
        await window.TypeAsync("clear; stty size");
        await window.ShowsAsync("^30 77$");
        await window.TypeAsync("exit 7");
        await window.ShowsAsync(@"^\$$");
        await window.TypeAsync("echo code $?; stty -a | grep -ow -- '-\\?echo'");

        await window.ShowsAsync("^code 7\necho$");
    }

    [ClusterFact]
    public async Task TheShellGivesInterruptsAndJobsToItsCommands()
    {
        await using var window = await TerminalWindow.OpenAsync(100, 24);
        await window.TypeAsync($"clear; {Scope} -p web shell");
        await window.ShowsAsync($"^scope:{cluster.Namespace}/web:/#");

        // The line is shown before it is run, and the key would throw its end away.
        await window.TypeAsync("echo runs; sleep 1000");
        await window.ShowsAsync("^runs$");
        var screen = "";
        await Cluster.UntilAsync(() => $"sleep stopped:\n{screen}", TimeSpan.FromSeconds(30), async () =>
        {
            await window.KeyAsync("C-z");
            return Regex.IsMatch(screen = await window.ScreenAsync(), @"\[1\]\+\s+Stopped\s+sleep 1000");
        });
        await window.TypeAsync("fg");
        await window.ShowsAsync("^sleep 1000$");
        await window.KeyAsync("C-c");
        await window.TypeAsync("echo status $?");

        await window.ShowsAsync("^status 130$");
    }

    [ClusterFact]
    public async Task ATerminatedScopeLeavesTheTerminalAsItWas()
    {
        await using var window = await TerminalWindow.OpenAsync(100, 24);
        await window.TypeAsync($"clear; {Scope} -p two shell & fg");
        await window.ShowsAsync($"^scope:{cluster.Namespace}/two:/#");

        // No other test has a shell in that target.
        await Command.RunAsync("pkill", ["-TERM", "-f", $"^{Scope} -p two shell$"]);
        await window.ShowsAsync(@"^\$$");
        await window.TypeAsync("clear; stty -a | grep -ow -- '-\\?\\(echo\\|icanon\\|isig\\)' | sort");

        await window.ShowsAsync("^echo\nicanon\nisig$");
    }

    [ClusterFact]
    public async Task TheGraphIsLiveAndItsLastFrameStays()
    {
        await using var window = await TerminalWindow.OpenAsync(100, 24);

        await window.TypeAsync($"clear; {Scope} -p static ping -c0 -i 0.2 -d web -g");
        await window.ShowsAsync(@"^● web .*\b0%$");
        await window.ResizeAsync(60, 20);
        await window.ShowsAsync("^● web ");
        await window.KeyAsync("C-c");
        await window.ShowsAsync(@"destinations? answered every probe");
        await window.TypeAsync("stty -a | grep -ow -- '-\\?echo'");

        var screen = await window.ShowsAsync("^echo$");
        Assert.Contains("● web", screen);
    }
}
