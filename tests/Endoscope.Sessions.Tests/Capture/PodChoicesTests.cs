using Endoscope.Sessions.Capture;
using k8s.Models;

namespace Endoscope.Sessions.Tests.Capture;

public sealed class PodChoicesTests
{
    [Fact]
    public void OffersWorkloadsAndPods()
    {
        V1Pod[] pods =
        [
            Pod("web-6f7d5-b", ("ReplicaSet", "web-6f7d5"), hash: "6f7d5"),
            Pod("web-6f7d5-a", ("ReplicaSet", "web-6f7d5"), hash: "6f7d5"),
            Pod("db-0", ("StatefulSet", "db")),
            Pod("log-x", ("DaemonSet", "log")),
            Pod("sum-y", ("Job", "sum")),
            Pod("old-z", ("ReplicaSet", "old")),
            Pod("etcd-node1", ("Node", "node1")),
            Pod("alone"),
        ];

        var choices = PodChoices.Plan(pods);

        Assert.Equal(
            [
                new("deploy/web", "deploy/web (2 pods)"),
                new("ds/log", "ds/log (1 pod)"),
                new("job/sum", "job/sum (1 pod)"),
                new("rs/old", "rs/old (1 pod)"),
                new("sts/db", "sts/db (1 pod)"),
                .. ((string[])["alone", "db-0", "etcd-node1", "log-x", "old-z", "sum-y", "web-6f7d5-a", "web-6f7d5-b"]).Select(name => new PodChoice(name, name)),
            ],
            choices);
    }

    [Fact]
    public void LeavesOutThoseThatHaveFinishedAndSaysWhichDoNotRunYet()
    {
        var finished = Pod("done");
        finished.Status.Phase = "Succeeded";
        var pending = Pod("new");
        pending.Status.Phase = "Pending";

        Assert.Equal([new PodChoice("new", "new (Pending)")], PodChoices.Plan([finished, pending]));
    }

    private static V1Pod Pod(string name, (string Kind, string Name)? owner = null, string? hash = null)
    {
        var pod = Pods.Running();
        pod.Metadata.Name = name;
        pod.Metadata.Labels = hash is null ? null : new Dictionary<string, string> { ["pod-template-hash"] = hash };
        pod.Metadata.OwnerReferences = owner is var (kind, of) ? [new V1OwnerReference { Kind = kind, Name = of, Controller = true }] : null;
        return pod;
    }
}
