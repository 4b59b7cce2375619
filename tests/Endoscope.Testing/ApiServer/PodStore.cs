using System.Globalization;
using System.Text.Json;
using k8s;
using k8s.Models;

namespace Endoscope.Testing.ApiServer;

/// <summary>The pods of the test server, and the history that watches follow.</summary>
public sealed class PodStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Namespace, string Name), V1Pod> pods = [];
    private readonly List<(long Version, string Type, string Json, V1Pod Pod)> history = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource dropWatches = new();
    private long version = 1000;
    private long oldest = 1000;

    /// <summary>What becomes of a pod that a client has created; by default it is scheduled and runs at once.</summary>
    public Action<PodStore, V1Pod> OnCreated { get; set; } = (store, pod) => store.Run(pod);

    /// <summary>What becomes of a pod's last ephemeral container, which a client has added; by default it runs at once.</summary>
    public Action<PodStore, V1Pod> OnEphemeralAdded { get; set; } = (store, pod) =>
        store.SetEphemeral(pod, new V1ContainerState { Running = new V1ContainerStateRunning { StartedAt = DateTime.UtcNow } });

    /// <summary>Says how a pod's last ephemeral container is.</summary>
    public V1Pod SetEphemeral(V1Pod pod, V1ContainerState state)
    {
        var name = pod.Spec.EphemeralContainers[^1].Name;
        pod.Status.EphemeralContainerStatuses =
        [
            .. (pod.Status.EphemeralContainerStatuses ?? []).Where(status => status.Name != name),
            new V1ContainerStatus { Name = name, Image = "", ImageID = "", State = state },
        ];
        return Put(pod);
    }

    /// <summary>The version of the last change.</summary>
    public string Version
    {
        get
        {
            lock (gate)
            {
                return Text(version);
            }
        }
    }

    /// <summary>Adds a pod that runs, with one container a name.</summary>
    public V1Pod AddRunning(string ns, string name, string node = "node-1", params IReadOnlyList<string> containers)
        => Run(Put(new V1Pod
        {
            Metadata = new V1ObjectMeta { NamespaceProperty = ns, Name = name },
            Spec = new V1PodSpec
            {
                NodeName = node,
                Containers = (containers.Count == 0 ? ["app"] : containers).Select(it => new V1Container { Name = it, Image = "app" }).ToList(),
            },
        }));

    /// <summary>All pods there are.</summary>
    public IReadOnlyList<V1Pod> All
    {
        get
        {
            lock (gate)
            {
                return [.. pods.Values];
            }
        }
    }

    /// <summary>Adds a pod or replaces it, giving it what the server gives: a UID, a version, a creation time.</summary>
    public V1Pod Put(V1Pod pod)
    {
        lock (gate)
        {
            var key = (pod.Metadata.NamespaceProperty, pod.Metadata.Name);
            var known = pods.ContainsKey(key);
            pod.ApiVersion = "v1";
            pod.Kind = "Pod";
            pod.Metadata.Uid ??= Guid.NewGuid().ToString();
            pod.Metadata.CreationTimestamp ??= DateTime.UtcNow;
            pods[key] = pod;
            Record(known ? "MODIFIED" : "ADDED", pod);
            return pod;
        }
    }

    /// <summary>Says that a pod runs, each of its containers with an ID.</summary>
    public V1Pod Run(V1Pod pod)
    {
        pod.Spec.NodeName ??= "node-1";
        pod.Status = new V1PodStatus
        {
            Phase = "Running",
            PodIP = pod.Status?.PodIP ?? string.Create(CultureInfo.InvariantCulture, $"10.1.{version / 200 % 200}.{version % 200}"),
            HostIP = "10.0.0.1",
            Conditions = [new V1PodCondition { Type = "Ready", Status = "True" }],
            ContainerStatuses = pod.Spec.Containers.Select(container => new V1ContainerStatus
            {
                Name = container.Name,
                Image = container.Image ?? "",
                ImageID = "",
                Ready = true,
                RestartCount = 0,
                ContainerID = "containerd://" + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)),
                State = new V1ContainerState { Running = new V1ContainerStateRunning { StartedAt = DateTime.UtcNow } },
            }).ToList(),
        };
        return Put(pod);
    }

    /// <summary>The pod, or null.</summary>
    public V1Pod? Find(string ns, string name)
    {
        lock (gate)
        {
            return pods.GetValueOrDefault((ns, name));
        }
    }

    /// <summary>Removes a pod; false where there is none.</summary>
    public bool Remove(string ns, string name)
    {
        lock (gate)
        {
            if (!pods.Remove((ns, name), out var pod))
            {
                return false;
            }

            Record("DELETED", pod);
            return true;
        }
    }

    /// <summary>Ends every open watch as a restarting server would.</summary>
    public void DropWatches()
    {
        CancellationTokenSource old;
        lock (gate)
        {
            (old, dropWatches) = (dropWatches, new CancellationTokenSource());
        }

        old.Cancel();
    }

    /// <summary>Forgets all history: who comes with an older version is told that it is gone.</summary>
    public void ForgetHistory()
    {
        lock (gate)
        {
            history.Clear();
            oldest = ++version;
        }
    }

    /// <summary>Tells open watches the current version and nothing else.</summary>
    public void SendBookmark()
    {
        lock (gate)
        {
            Record("BOOKMARK", new V1Pod { ApiVersion = "v1", Kind = "Pod", Metadata = new V1ObjectMeta() });
        }
    }

    internal V1PodList List(PodFilter filter)
    {
        lock (gate)
        {
            return new V1PodList
            {
                ApiVersion = "v1",
                Kind = "PodList",
                Metadata = new V1ListMeta { ResourceVersion = Text(version) },
                Items = pods.Values.Where(filter.Fits).OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal).ToList(),
            };
        }
    }

    /// <summary>What happened after a version; null where that is no longer known.</summary>
    internal (IReadOnlyList<string> Lines, long Version, Task Changed, CancellationToken Dropped)? Since(long seen, PodFilter filter)
    {
        lock (gate)
        {
            return seen < oldest
                ? null
                : (history.Where(item => item.Version > seen && (item.Type == "BOOKMARK" || filter.Fits(item.Pod)))
                    .Select(item => $$"""{"type":"{{item.Type}}","object":{{item.Json}}}""" + "\n").ToList(),
                    version, changed.Task, dropWatches.Token);
        }
    }

    private void Record(string type, V1Pod pod)
    {
        version++;
        pod.Metadata.ResourceVersion = Text(version);
        history.Add((version, type, KubernetesJson.Serialize(pod), JsonSerializer.Deserialize<V1Pod>(KubernetesJson.Serialize(pod))!));
        var old = changed;
        changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        old.SetResult();
    }

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);
}
