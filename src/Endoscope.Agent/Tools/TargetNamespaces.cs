using System.Runtime.InteropServices;
using Endoscope.Agent.Native;
using Endoscope.Agent.Processes;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tools;

/// <summary>Open namespaces of a target's process, to be entered by the thread that starts the tool.</summary>
internal sealed class TargetNamespaces : IDisposable
{
    private static readonly string[] Known = ["net", "pid", "ipc", "uts"];

    private readonly List<(string Name, int Descriptor)> opened = [];

    private TargetNamespaces()
    {
    }

    /// <summary>The agent's own, all of them: there is nothing to enter.</summary>
    public static TargetNamespaces Own => new();

    /// <summary>Whether children will be born into a PID namespace other than the agent's.</summary>
    public bool EntersPid => opened.Exists(one => one.Name == "pid");

    /// <summary>
    /// Opens the namespaces of the process that differ from the agent's own: entering one's own would need a capability
    /// for nothing.
    /// </summary>
    /// <exception cref="AgentException">The name is not known, the process is gone, or the kernel refuses.</exception>
    public static TargetNamespaces Open(ProcessRecord process, IReadOnlyList<string> names)
    {
        var namespaces = new TargetNamespaces();
        try
        {
            foreach (var name in names)
            {
                namespaces.Add(process.Pid, name);
            }

            return namespaces;
        }
        catch
        {
            namespaces.Dispose();
            throw;
        }
    }

    /// <summary>Moves the calling thread (for <c>pid</c>: its children) into the namespaces; the name of the one that failed, or null.</summary>
    public string? Enter()
    {
        foreach (var (name, descriptor) in CollectionsMarshal.AsSpan(opened))
        {
            if (Libc.EnterNamespace(descriptor, 0) < 0)
            {
                return name;
            }
        }

        return null;
    }

    public void Dispose()
    {
        foreach (var (_, descriptor) in opened)
        {
            _ = Libc.Close(descriptor);
        }

        opened.Clear();
    }

    private void Add(int pid, string name)
    {
        if (!Known.Contains(name))
        {
            throw new AgentException(AgentErrorCode.Protocol, $"no namespace is called '{name}'; there are {string.Join(", ", Known)}");
        }

        var descriptor = Descriptor.Open($"/proc/{pid}/ns/{name}", FileFlags.ReadOnly);
        if (descriptor < 0)
        {
            var error = Descriptor.LastError;
            throw error is Errno.NotPermitted or Errno.AccessDenied
                ? new AgentException(
                    AgentErrorCode.Refused,
                    $"the kernel refuses the {name} namespace of process {pid}: opening it needs the capability SYS_PTRACE")
                : new AgentException(AgentErrorCode.TargetGone, $"process {pid} has ended before its namespaces could be entered");
        }

        if (Descriptor.ReadLink($"/proc/self/fd/{descriptor}") == Descriptor.ReadLink($"/proc/self/ns/{name}"))
        {
            Descriptor.Close(ref descriptor);
            return;
        }

        opened.Add((name, descriptor));
    }
}
