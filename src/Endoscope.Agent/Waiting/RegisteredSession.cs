using System.Buffers.Binary;
using Endoscope.Agent.Native;
using Endoscope.Agent.Processes;
using Endoscope.Agent.Tools;

namespace Endoscope.Agent.Waiting;

/// <summary>A session as the waiting agent knows it, and its tool after it.</summary>
internal sealed class RegisteredSession(int connection) : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    // Longer than a debugger is given.
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(17);

    private int connection = connection;
    private TimeSpan askedAt;

    // A session that has not told of a tool has left none.
    private Descendants leftovers = new(new ProcFileSystem(), toolPid: 0, toolStartTicks: 0);

    /// <summary>Its connection; <see cref="Descriptor.None"/> once it has dropped.</summary>
    public int Connection => connection;

    /// <summary>Reads the tool's identity, or notices that the session is gone.</summary>
    public void Read()
    {
        Span<byte> message = stackalloc byte[SessionRegistration.MessageLength];
        if (Descriptor.Read(connection, message) == message.Length)
        {
            leftovers = new Descendants(
                new ProcFileSystem(), BinaryPrimitives.ReadInt32BigEndian(message), BinaryPrimitives.ReadUInt64BigEndian(message[sizeof(int)..]));
            return;
        }

        Descriptor.Close(ref connection);
        askedAt = MonotonicTime.Now;
        leftovers.Ask();
    }

    /// <summary>Whether nothing is left of a session that is gone; ends what is when the grace is over.</summary>
    public bool IsOver()
    {
        if (connection != Descriptor.None)
        {
            return false;
        }

        var waited = MonotonicTime.Now - askedAt;
        if (waited >= Grace)
        {
            leftovers.Insist(waited, Grace);
        }

        return waited >= LongestEnd || leftovers.Find().Count == 0;
    }

    /// <summary>Tells the session that its container ends: it is to end its tool and to say so to its client.</summary>
    public void Dismiss()
    {
        const int writing = 1;
        _ = Libc.Shutdown(connection, writing);
    }

    /// <summary>Ends the tool and its session's processes at once.</summary>
    public void Kill() => leftovers.Kill();

    public void Dispose() => Descriptor.Close(ref connection);
}
