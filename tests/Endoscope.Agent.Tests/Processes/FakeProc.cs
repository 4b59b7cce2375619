using System.Globalization;

namespace Endoscope.Agent.Tests.Processes;

/// <summary>A directory tree that looks like /proc.</summary>
internal sealed class FakeProc : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("proc").FullName;

    public FakeProc()
    {
        File.WriteAllText(Path.Combine(Root, "stat"), "cpu 1 2 3");
        Directory.CreateDirectory(Path.Combine(Root, "sys"));
        Directory.CreateDirectory(Path.Combine(Root, "12x"));
    }

    public FakeProc Add(int pid, string cgroup, ulong startTicks, string numbers = "", string state = "S", string command = "app")
    {
        var text = pid.ToString(CultureInfo.InvariantCulture);
        var directory = Directory.CreateDirectory(Path.Combine(Root, text)).FullName;
        File.WriteAllText(Path.Combine(directory, "cgroup"), cgroup);
        File.WriteAllText(Path.Combine(directory, "stat"), $"{text} (app) {state} 1 {text} {text} 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 {startTicks} 0 0\n");
        File.WriteAllText(Path.Combine(directory, "status"), $"Uid:\t0\t0\t0\t0\nNSpid:\t{(numbers.Length > 0 ? numbers : text)}\n");
        File.WriteAllText(Path.Combine(directory, "cmdline"), command);
        return this;
    }

    /// <summary>As when the process ends between two reads.</summary>
    public FakeProc Lose(int pid, string file)
    {
        File.Delete(Path.Combine(Root, pid.ToString(CultureInfo.InvariantCulture), file));
        return this;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
