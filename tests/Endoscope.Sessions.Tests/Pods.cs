using k8s.Models;

namespace Endoscope.Sessions.Tests;

/// <summary>Pods for tests: what a test does not say is as a healthy pod has it.</summary>
internal static class Pods
{
    public const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    public const string OtherId = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

    public static V1Pod Running(params string[] containers) => new()
    {
        Metadata = new V1ObjectMeta { Name = "web", NamespaceProperty = "shop", Uid = "uid-web" },
        Spec = new V1PodSpec
        {
            NodeName = "node-1",
            Containers = [.. (containers is [] ? ["app"] : containers).Select(name => new V1Container { Name = name })],
        },
        Status = new V1PodStatus
        {
            Phase = "Running",
            ContainerStatuses = [.. (containers is [] ? ["app"] : containers).Select((name, i) => RunningStatus(name, i == 0 ? Id : OtherId))],
        },
    };

    public static V1ContainerStatus RunningStatus(string name, string id) => new()
    {
        Name = name,
        ContainerID = $"containerd://{id}",
        State = new V1ContainerState { Running = new V1ContainerStateRunning() },
    };

    public static Target Target => new()
    {
        Namespace = "shop",
        Pod = "web",
        Uid = "uid-web",
        Node = "node-1",
        Container = "app",
        ContainerId = Id,
    };
}
