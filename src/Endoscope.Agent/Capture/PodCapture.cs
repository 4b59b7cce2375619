using Endoscope.Agent.Native;
using Endoscope.Agent.Processes;
using Endoscope.Agent.Tools;
using Endoscope.Protocol;

namespace Endoscope.Agent.Capture;

/// <summary>An interface of a pod that was opened.</summary>
/// <param name="About">What the client is told; its number is given later.</param>
internal sealed record OpenedInterface(CaptureInterfaceEvent About, PacketSource Source);

/// <summary>Opens the interfaces of a pod.</summary>
internal sealed class PodCapture(CaptureRequest request, int key, int bufferBytes)
{
    private const string AllInterfaces = "any";
    private static readonly string[] NetworkOnly = ["net"];

    private readonly List<OpenedInterface> opened = [];
    private Exception? failure;

    /// <summary>Opens them, from a thread of its own, which alone enters the pod's network namespace.</summary>
    /// <exception cref="AgentException">The pod is not there, its network cannot be entered, or libpcap refuses.</exception>
    public IReadOnlyList<OpenedInterface> Open(ContainerProcesses target)
    {
        var (network, isOfNode) = request.InPod ? (TargetNamespaces.Own, request.HostNetwork) : NetworkOf(target);
        using var namespaces = network;
        var thread = new Thread(() => Try(namespaces, isOfNode)) { IsBackground = true, Name = "capture" };
        thread.Start();
        thread.Join();
        if (failure is not null)
        {
            opened.ForEach(one => one.Source.Dispose());
            throw failure;
        }

        return opened;
    }

    private static (TargetNamespaces Namespaces, bool IsOfNode) NetworkOf(ContainerProcesses target)
    {
        var first = target.First();
        var namespaces = TargetNamespaces.Open(first, NetworkOnly);
        if (!target.IsStill(first))
        {
            namespaces.Dispose();
            throw new AgentException(AgentErrorCode.TargetGone, $"process {first.Pid} of the container ended just now");
        }

        return (namespaces, Descriptor.ReadLink($"/proc/{first.Pid}/ns/net") is { } network && network == Descriptor.ReadLink("/proc/1/ns/net"));
    }

    private void Try(TargetNamespaces namespaces, bool isOfNode)
    {
        try
        {
            if (namespaces.Enter() is not null)
            {
                throw new AgentException(
                    AgentErrorCode.Refused, "the kernel refuses to enter the net namespace: it needs the capability SYS_ADMIN");
            }

            OpenAll(isOfNode);
        }
        catch (Exception e) when (e is AgentException or NativeException or DllNotFoundException)
        {
            failure = e is AgentException ? e : new AgentException(AgentErrorCode.Internal, e.Message);
        }
    }

    private void OpenAll(bool isOfNode)
    {
        var there = NetworkInterface.List();
        var wanted = request.Interfaces.Count > 0
            ? request.Interfaces
            : [.. there.Where(one => one.IsReal && (one.HasAddress || !isOfNode)).Select(one => one.Name)];
        if (wanted.Count == 0)
        {
            throw new AgentException(AgentErrorCode.Interface, "the pod has no interface that is up, but loopback");
        }

        var filter = isOfNode ? WithoutOwnTraffic(request.Filter, request.KubeletPort) : request.Filter;
        foreach (var name in wanted)
        {
            var about = there.FirstOrDefault(one => one.Name == name);
            if (about is null && name != AllInterfaces)
            {
                throw new AgentException(
                    AgentErrorCode.Interface, $"the pod has no interface '{name}'; it has {string.Join(", ", there.Select(one => one.Name))}");
            }

            var source = PacketSource.Open(name, filter, request.SnapLength, bufferBytes);
            opened.Add(new OpenedInterface(
                new CaptureInterfaceEvent
                {
                    Interface = 0,
                    Target = key,
                    Name = name,
                    LinkType = source.LinkType,
                    Filter = filter,
                    Addresses = about?.Addresses ?? [],
                    HardwareAddress = about?.HardwareAddress,
                    IsOfNode = isOfNode,
                },
                source));
        }
    }

    // The line that a packet travels over must not be captured itself: it would never end.
    private static string WithoutOwnTraffic(string? filter, int kubeletPort) =>
        filter is null ? $"not tcp port {kubeletPort}" : $"(not tcp port {kubeletPort}) and ({filter})";
}
