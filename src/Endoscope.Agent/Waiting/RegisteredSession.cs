using System.Buffers.Binary;
using Endoscope.Agent.Native;
using Endoscope.Agent.Processes;
using Endoscope.Agent.Tools;

namespace Endoscope.Agent.Waiting;

/// <summary>A session as the waiting agent knows it, and its tool after it.</summary>
internal sealed class RegisteredSession(int connection) : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly ProcFileSystem proc = new();
    private int connection = connection;
    private int toolPid;
    private ulong toolStartTicks;
    private TimeSpan killAt;

    /// <summary>Its connection; <see cref="Descriptor.None"/> once it has dropped.</summary>
    public int Connection => connection;

    /// <summary>Reads the tool's identity, or notices that the session is gone.</summary>
    public void Read()
    {
        Span<byte> message = stackalloc byte[SessionRegistration.MessageLength];
        if (Descriptor.Read(connection, message) == message.Length)
        {
            toolPid = BinaryPrimitives.ReadInt32BigEndian(message);
            toolStartTicks = BinaryPrimitives.ReadUInt64BigEndian(message[sizeof(int)..]);
            return;
        }

        Descriptor.Close(ref connection);
        killAt = MonotonicTime.Now + Grace;
        Leftovers.Signal(Signals.HangUp, Signals.Terminate, Signals.Continue);
    }

    /// <summary>Whether nothing is left of a session that is gone; ends what is when the grace is over.</summary>
    public bool IsOver()
    {
        if (connection != Descriptor.None)
        {
            return false;
        }

        var left = MonotonicTime.Now >= killAt ? Leftovers.Signal(Signals.Kill) : Leftovers.Find().Count;
        return left == 0 || MonotonicTime.Now >= killAt + Grace;
    }

    /// <summary>Tells the session that its container ends: it is to end its tool and to say so to its client.</summary>
    public void Dismiss()
    {
        const int writing = 1;
        _ = Libc.Shutdown(connection, writing);
    }

    /// <summary>Ends the tool and its session's processes at once.</summary>
    public void Kill() => Leftovers.Signal(Signals.Kill);

    public void Dispose() => Descriptor.Close(ref connection);

    // A session that never told of a tool has left none.
    private Descendants Leftovers => new(proc, toolPid, toolStartTicks);
}
