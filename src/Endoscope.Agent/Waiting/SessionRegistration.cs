using System.Buffers.Binary;
using Endoscope.Agent.Native;
using Endoscope.Agent.Tools;

namespace Endoscope.Agent.Waiting;

/// <summary>
/// A session's connection to the waiting agent. While it is open the container stays; when it drops the waiting agent ends
/// the tool that was told, which is what happens to a session that is killed.
/// </summary>
internal sealed unsafe class SessionRegistration : IDisposable
{
    /// <summary>A message: the tool's PID and its start ticks.</summary>
    public const int MessageLength = sizeof(int) + sizeof(ulong);

    private int socket = Descriptor.None;

    private SessionRegistration()
    {
    }

    /// <summary>Registers; where no agent waits (a container with another command) the session goes on alone.</summary>
    public static SessionRegistration Open()
    {
        var registration = new SessionRegistration { socket = AgentAddress.OpenSocket() };
        var address = AgentAddress.Own();
        fixed (byte* start = address)
        {
            if (Libc.Connect(registration.socket, start, (uint)address.Length) < 0)
            {
                registration.Dispose();
            }
        }

        return registration;
    }

    /// <summary>
    /// Asks the waiting agent to end, as the deletion of its pod would: what an ephemeral container, which cannot be deleted, has instead.
    /// False where none waits.
    /// </summary>
    public static bool EndWaitingAgent()
    {
        using var registration = Open();
        return registration.socket != Descriptor.None
            && AgentAddress.OwnContainerPeer(registration.socket) is { } agent
            && Libc.Kill(agent, Signals.Terminate) == 0;
    }

    /// <summary>Where it is noticed that the waiting agent dismisses its sessions or is gone.</summary>
    public PollEntry Entry => new() { Descriptor = socket, Events = PollEvents.In };

    /// <summary>Names the tool that must not outlive the session.</summary>
    public void Tell(Tool tool)
    {
        if (socket != Descriptor.None)
        {
            Span<byte> message = stackalloc byte[MessageLength];
            BinaryPrimitives.WriteInt32BigEndian(message, tool.Pid);
            BinaryPrimitives.WriteUInt64BigEndian(message[sizeof(int)..], tool.StartTicks);
            _ = Descriptor.Write(socket, message);
        }
    }

    public void Dispose() => Descriptor.Close(ref socket);
}
