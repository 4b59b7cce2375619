using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Endoscope.Agent.Tests.Running;

/// <summary>
/// What a container is to the agent: a process, PID 1 of its own namespaces, in a control group named by an ID. Made by
/// unshare(1) on this machine.
/// </summary>
public sealed class TestContainer : IAsyncDisposable
{
    private static readonly string? Hierarchy =
        new[] { "/sys/fs/cgroup/pids", "/sys/fs/cgroup" }.FirstOrDefault(path => File.Exists(Path.Combine(path, "cgroup.procs")));

    private readonly string pod = Path.Combine(Hierarchy!, $"endoscope-test-{Guid.NewGuid():N}");
    private readonly Process starter;

    private TestContainer(string command)
    {
        Directory.CreateDirectory(Group);
        var script = $"echo 0 > {Group}/cgroup.procs; hostname target; ip link set lo up; {command}";
        starter = Process.Start(new ProcessStartInfo(
            "unshare", ["--net", "--pid", "--ipc", "--uts", "--mount-proc", "--fork", "--kill-child", "sh", "-c", script])
        {
            RedirectStandardError = true,
        })!;
    }

    public static bool CanBeMade => Environment.IsPrivilegedProcess && Hierarchy is not null;

    public string Id { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public string Group => Path.Combine(pod, Id);

    /// <summary>The processes in its own control group.</summary>
    public IReadOnlyList<int> Pids =>
        [.. File.ReadAllLines(Path.Combine(Group, "cgroup.procs")).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).Order()];

    /// <summary>Starts a container and waits until its command runs, marked by a child named <c>sleep</c>.</summary>
    public static async Task<TestContainer> StartAsync(string command = "sleep 1000 & wait")
    {
        var container = new TestContainer(command);
        await Eventually.TrueAsync(() => container.Pids.Any(pid => Proc.Name(pid) == "sleep"));
        return container;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var group in Directory.GetDirectories(pod, "*", SearchOption.AllDirectories).OrderDescending())
        {
            await Eventually.TrueAsync(() =>
            {
                foreach (var line in File.ReadAllLines(Path.Combine(group, "cgroup.procs")))
                {
                    Proc.Kill(int.Parse(line, CultureInfo.InvariantCulture), 9);
                }

                return File.ReadAllText(Path.Combine(group, "cgroup.procs")).Length == 0;
            });
            Directory.Delete(group);
        }

        Directory.Delete(pod);
        await starter.WaitForExitAsync();
        starter.Dispose();
    }
}
