using System.Text;
using Endoscope.Agent.Native;

namespace Endoscope.Agent.Waiting;

/// <summary>
/// Where the sessions of one container find its waiting agent: an abstract Unix address (nothing is written to the
/// read-only root) with the container's mount namespace in its name. Abstract addresses belong to the network namespace,
/// which an ephemeral container shares with its target and with other debug containers; a mount namespace is a
/// container's own.
/// </summary>
internal static class AgentAddress
{
    private const int UnixDomain = 1;

    /// <summary>The sockaddr_un of unix(7) for this process's container.</summary>
    public static byte[] Own() =>
        [.. BitConverter.GetBytes((ushort)UnixDomain), 0, .. Encoding.ASCII.GetBytes("endoscope-agent/" + MountNamespace("self"))];

    /// <summary>A socket of the kind both sides use: it keeps messages apart.</summary>
    public static int OpenSocket()
    {
        const int sequencedPackets = 5;
        var socket = Libc.Socket(UnixDomain, sequencedPackets | FileFlags.CloseOnExec, 0);
        return socket >= 0 ? socket : throw NativeException.Last("socket");
    }

    /// <summary>
    /// Whether the process on the other side belongs to this container; anything else in the network namespace can
    /// connect too and must neither hold the container nor name processes to be ended.
    /// </summary>
    public static bool IsOwnContainer(int connection) => OwnContainerPeer(connection) is not null;

    /// <summary>The process on the other side; null where it belongs to another container.</summary>
    public static unsafe int? OwnContainerPeer(int connection)
    {
        const int socketLevel = 1;
        const int peerCredentials = 17;
        PeerCredentials peer;
        var length = (uint)sizeof(PeerCredentials);
        return Libc.GetSocketOption(connection, socketLevel, peerCredentials, &peer, &length) == 0
            && MountNamespace($"{peer.ProcessId}") is { } theirs && theirs == MountNamespace("self") ? peer.ProcessId : null;
    }

    private static string? MountNamespace(string process) => Descriptor.ReadLink($"/proc/{process}/ns/mnt");
}
