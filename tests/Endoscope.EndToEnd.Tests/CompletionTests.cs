namespace Endoscope.EndToEnd.Tests;

/// <summary>The Tab key in a real bash, with names from a real cluster.</summary>
public sealed class CompletionTests(Cluster cluster)
{
    [ClusterFact]
    public async Task BashCompletesCommandsNamespacesAndPods()
    {
        await cluster.TargetAsync("completed-by-tab");
        await using var window = await TerminalWindow.OpenAsync(160, 24);
        await window.TypeAsync($"PATH={Path.GetDirectoryName(Cluster.Scope)}:$PATH; source <(scope completion bash); clear");
        await window.ShowsAsync(@"\A\$ *$");

        await window.WriteAsync($"scope -n {cluster.Namespace[..^3]}");
        await window.KeyAsync("Tab");
        await window.ShowsAsync($@"^\$ scope -n {cluster.Namespace} ?$");

        // Another namespace may go on where this one ends; then no space follows.
        await window.KeyAsync("C-u");
        await window.WriteAsync($"scope -n {cluster.Namespace} --pod=completed-by");
        await window.KeyAsync("Tab");
        await window.ShowsAsync("--pod=completed-by-tab ?$");
        await window.WriteAsync("pid");
        await window.KeyAsync("Tab");
        await window.ShowsAsync("--pod=completed-by-tab pids ?$");
        await window.WriteAsync("-q");
        await window.KeyAsync("Enter");

        await window.ShowsAsync(@"^\d+( \d+)*$");
    }
}
