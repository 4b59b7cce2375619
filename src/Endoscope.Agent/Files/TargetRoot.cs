using System.Runtime.InteropServices;
using System.Text;
using Endoscope.Agent.Native;
using Endoscope.Protocol;

namespace Endoscope.Agent.Files;

/// <summary>
/// The root directory of a process, with everything that is mounted below it there. Whatever a path or a link in it says, nothing outside
/// is ever opened: the kernel resolves each path as if the process's root were its own (openat2(2)).
/// </summary>
internal sealed unsafe class TargetRoot : IDisposable
{
    private int descriptor;

    private TargetRoot(int descriptor) => this.descriptor = descriptor;

    /// <exception cref="AgentException">The process is gone, or the kernel refuses.</exception>
    public static TargetRoot Of(int pid)
    {
        var descriptor = Descriptor.Open($"/proc/{pid}/root", OpenFlags.PathOnly | OpenFlags.Directory);
        return descriptor >= 0
            ? new TargetRoot(descriptor)
            : throw (Descriptor.LastError is Errno.NotPermitted or Errno.AccessDenied
                ? new AgentException(AgentErrorCode.Refused, $"the kernel refuses the root directory of process {pid}: opening it needs the capability SYS_PTRACE")
                : new AgentException(AgentErrorCode.TargetGone, $"process {pid} has ended before its files could be read"));
    }

    /// <summary>Opens a file to be looked at; its content is not opened yet.</summary>
    /// <param name="follow">Whether a link at the path's end is followed.</param>
    /// <exception cref="AgentException">It cannot be opened.</exception>
    public TargetFile Open(string path, bool follow = true)
    {
        var error = TryOpen(path, follow, OpenFlags.ResolveInRoot | OpenFlags.ResolveNoMagicLinks, out var file);
        return error == 0 ? file! : throw Failure(path, error);
    }

    /// <summary>Opens a file below this directory where no part of the path is a link; null where there is none.</summary>
    public TargetFile? OpenExactly(string path) =>
        TryOpen(path.TrimStart('/') is { Length: > 0 } relative ? relative : ".", follow: false, OpenFlags.ResolveBeneath | OpenFlags.ResolveNoLinks, out var file) == 0 ? file : null;

    /// <summary>A directory as a root of its own; null where there is no such directory.</summary>
    public TargetRoot? Below(string path)
    {
        var error = TryOpen(path, follow: true, OpenFlags.ResolveInRoot | OpenFlags.ResolveNoMagicLinks, out var file);
        return error == 0 ? new TargetRoot(file!.Release()) : null;
    }

    /// <summary>Its path as the kernel names it.</summary>
    public string? Name => Descriptor.ReadLink($"/proc/self/fd/{descriptor}");

    public void Dispose() => Descriptor.Close(ref descriptor);

    private int TryOpen(string path, bool follow, ulong resolve, out TargetFile? file)
    {
        file = null;
        var how = new OpenHow { Flags = (ulong)(OpenFlags.PathOnly | FileFlags.CloseOnExec | (follow ? 0 : OpenFlags.NoFollow)), Resolve = resolve };
        nint opened;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            opened = Libc.OpenResolved(OpenHow.SystemCall, descriptor, name, &how, (nuint)sizeof(OpenHow));
        }

        if (opened < 0)
        {
            return Descriptor.LastError;
        }

        var error = TargetFile.TryTake((int)opened, out file);
        return error;
    }

    private static AgentException Failure(string path, int error) => new(AgentErrorCode.File, error switch
    {
        Errno.NoEntry => $"there is no '{path}' in the target",
        Errno.TooManyLinks or Errno.CrossDevice => $"'{path}' leads through a link of /proc, or through too many links: not followed",
        Errno.NotImplemented => "the node's kernel is older than 5.6 and cannot keep a path within the target (openat2)",
        _ => $"cannot open '{path}': {Marshal.GetPInvokeErrorMessage(error)}",
    });
}
