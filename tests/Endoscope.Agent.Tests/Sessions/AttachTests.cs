using Endoscope.Agent.Processes;
using Endoscope.Agent.Tests.Running;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tests.Sessions;

/// <summary>Attaching tools, with scripts in their place.</summary>
public sealed class AttachTests : IDisposable
{
    private readonly DirectoryInfo tools = Directory.CreateTempSubdirectory();

    public void Dispose() => tools.Delete(recursive: true);

    [RootFact]
    public async Task RunsTheToolOnTheProcessesAskedForAndTellsWhichTheyAre()
    {
        await using var container = await TestContainer.StartAsync();

        var result = await RunAsync("strace", "echo \"$@\"", new AttachRequest
        {
            ContainerId = container.Id,
            Tool = AttachTool.Strace,
            Processes = ["sleep", "1"],
            Arguments = ["-f", "a b"],
        });

        Assert.Null(result.End.Error);
        Assert.Equal($"-p {string.Join(',', container.Pids)} -f a b\n", result.Output);
        Assert.Equal(container.Pids, result.Started!.Attached.Select(process => process.Pid).Order());
    }

    [RootFact]
    public async Task LetsATargetGoOnThatItsDebuggerLeavesStopped()
    {
        await using var container = await TestContainer.StartAsync();
        var sleep = container.Pids.Single(pid => Proc.Name(pid) == "sleep");

        // A signal to another process takes effect a little later.
        var result = await RunAsync(
            "gdb", $"kill -STOP {sleep}; until grep ') T' /proc/{sleep}/stat > /dev/null; do sleep 0.01; done; echo stopped", new AttachRequest { ContainerId = container.Id, Tool = AttachTool.Gdb, Processes = ["sleep"] });

        Assert.Equal("stopped\n", result.Output);
        await Eventually.TrueAsync(() => new ProcFileSystem().Stat(sleep)?.State == 'S');
    }

    [RootFact]
    public async Task TellsInOneFrameOfManyProcessesWithLongArguments()
    {
        await using var container = await TestContainer.StartAsync(
            "x=$(head -c 60000 /dev/zero | tr '\\0' x); for i in 1 2 3 4 5 6 7; do sh -c 'sleep 1000; :' sh $x & done; wait");
        await Eventually.TrueAsync(() => container.Pids.Count == 15);

        var result = await RunAsync("strace", "true", new AttachRequest { ContainerId = container.Id, Tool = AttachTool.Strace, Processes = ["*"] });

        Assert.Null(result.End.Error);
        Assert.Equal(15, result.Started!.Attached.Count);
        Assert.All(result.Started.Attached, process => Assert.True(process.CommandLine.Sum(argument => argument.Length) < 1000));
    }

    private async Task<SessionResult> RunAsync(string tool, string script, AttachRequest request)
    {
        // A copy of a program is executable, and stays so.
        var path = Path.Combine(tools.FullName, tool);
        File.Copy("/bin/true", path);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        await using var agent = await AgentProcess.StartAsync(request, "env", $"PATH={tools.FullName}:{Environment.GetEnvironmentVariable("PATH")}");
        return await agent.EndAsync();
    }
}
