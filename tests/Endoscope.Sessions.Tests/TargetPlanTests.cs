using k8s.Models;

namespace Endoscope.Sessions.Tests;

public sealed class TargetPlanTests
{
    [Fact]
    public void TakesTheOnlyContainerWithoutAWord()
    {
        var target = TargetPlan.Resolve(Pods.Running(), null, anyContainerWillDo: false);

        Assert.Equivalent(Pods.Target, target, strict: true);
    }

    [Fact]
    public void TakesTheFirstOfSeveralAndSaysSo()
    {
        var target = TargetPlan.Resolve(Pods.Running("app", "proxy"), null, anyContainerWillDo: false);

        Assert.Equal("app", target.Container);
        Assert.Equal(["using container app of app, proxy (--container for another)"], target.Notes);
    }

    [Fact]
    public void TakesTheContainerThatThePodNamesAsItsDefault()
    {
        var pod = Pods.Running("app", "proxy");
        pod.Metadata.Annotations = new Dictionary<string, string> { ["kubectl.kubernetes.io/default-container"] = "proxy" };

        Assert.Equal("proxy", TargetPlan.Resolve(pod, null, anyContainerWillDo: false).Container);
    }

    [Fact]
    public void TakesTheContainerAskedForEvenANativeSidecar()
    {
        var pod = Pods.Running();
        pod.Spec.InitContainers = [new V1Container { Name = "mesh", RestartPolicy = "Always" }];
        pod.Status.InitContainerStatuses = [Pods.RunningStatus("mesh", Pods.OtherId)];

        Assert.Equal(Pods.OtherId, TargetPlan.Resolve(pod, "mesh", anyContainerWillDo: false).ContainerId);
    }

    [Fact]
    public void TakesAnInitContainerAskedForWhileItRuns()
    {
        var pod = Pods.Running();
        pod.Spec.InitContainers = [new V1Container { Name = "migrate" }];
        pod.Status.Phase = "Pending";
        pod.Status.ContainerStatuses[0].State = new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = "PodInitializing" } };
        pod.Status.InitContainerStatuses = [Pods.RunningStatus("migrate", Pods.OtherId)];

        Assert.Equal(Pods.OtherId, TargetPlan.Resolve(pod, "migrate", anyContainerWillDo: false).ContainerId);
        Assert.Equal("container app of pod web is not running: PodInitializing", Assert.Throws<SessionException>(() => TargetPlan.Resolve(pod, null, anyContainerWillDo: false)).Message);
    }

    [Fact]
    public void NamesTheContainersWhereTheOneAskedForIsNotThere()
    {
        var refusal = Assert.Throws<SessionException>(() => TargetPlan.Resolve(Pods.Running("app", "proxy"), "nope", anyContainerWillDo: false));

        Assert.Equal("pod web has no container 'nope'", refusal.Message);
        Assert.Equal("its containers are: app, proxy", refusal.Hint);
    }

    [Fact]
    public void UsesARunningNeighbourWhereOnlyTheNetworkMatters()
    {
        var target = TargetPlan.Resolve(CrashLooping(), null, anyContainerWillDo: true);

        Assert.Equal("proxy", target.Container);
        Assert.Contains("CrashLoopBackOff", Assert.Single(target.Notes));
    }

    [Fact]
    public void UsesThePodsSandboxWhereNothingRunsAndOnlyTheNetworkMatters()
    {
        var pod = CrashLooping();
        pod.Status.ContainerStatuses.RemoveAt(1);
        pod.Status.PodIP = "10.0.0.7";

        var target = TargetPlan.Resolve(pod, null, anyContainerWillDo: true);

        Assert.Null(target.ContainerId);
        Assert.Contains("entering the pod's network, which stays", target.Notes[^1]);
    }

    [Fact]
    public void NeverUsesTheSandboxForProcesses()
    {
        var pod = CrashLooping();
        pod.Status.ContainerStatuses.RemoveAt(1);
        pod.Status.PodIP = "10.0.0.7";

        Assert.Throws<SessionException>(() => TargetPlan.Resolve(pod, null, anyContainerWillDo: false));
        Assert.Throws<SessionException>(() => TargetPlan.Resolve(pod, "app", anyContainerWillDo: true));
    }

    [Fact]
    public void NeverUsesANeighbourForProcesses()
    {
        var refusal = Assert.Throws<SessionException>(() => TargetPlan.Resolve(CrashLooping(), null, anyContainerWillDo: false));

        Assert.Equal("container app of pod web is not running: CrashLoopBackOff, exit code 7 before, 4 restarts", refusal.Message);
        Assert.Equal("--container takes one that runs: proxy", refusal.Hint);
    }

    [Theory]
    [InlineData("Succeeded")]
    [InlineData("Failed")]
    public void RefusesAPodThatHasFinished(string phase)
    {
        var pod = Pods.Running();
        pod.Status.Phase = phase;

        Assert.StartsWith($"pod web has finished ({phase})", Refusal(pod).Message);
    }

    [Fact]
    public void SaysWhyAPodIsOnNoNode()
    {
        var pod = Pods.Running();
        pod.Spec.NodeName = null;
        pod.Status = new V1PodStatus
        {
            Phase = "Pending",
            Conditions = [new V1PodCondition { Type = "PodScheduled", Status = "False", Message = "0/2 nodes are available" }],
        };

        Assert.Equal("pod web is Pending and on no node yet (0/2 nodes are available)", Refusal(pod).Message);
    }

    [Theory]
    [InlineData("gvisor")]
    [InlineData("kata-qemu")]
    public void TellsOfASandboxedRuntime(string runtimeClass)
    {
        var pod = Pods.Running();
        pod.Spec.RuntimeClassName = runtimeClass;

        Assert.Equal(runtimeClass, TargetPlan.Resolve(pod, null, anyContainerWillDo: false).SandboxedRuntime);
    }

    [Fact]
    public void RefusesAWindowsPod()
    {
        var pod = Pods.Running();
        pod.Spec.NodeSelector = new Dictionary<string, string> { ["kubernetes.io/os"] = "windows" };

        Assert.Contains("Windows", Refusal(pod).Message);
    }

    [Theory]
    [InlineData("containerd://0123")]
    [InlineData("")]
    [InlineData(Pods.Id)]
    public void RefusesAContainerIdItCannotRead(string id)
    {
        var pod = Pods.Running();
        pod.Status.ContainerStatuses[0].ContainerID = id;

        Assert.Contains("ID of an unknown form", Refusal(pod).Message);
    }

    [Fact]
    public void SaysThatThePodIsBeingDeleted()
    {
        var pod = Pods.Running();
        pod.Metadata.DeletionTimestamp = DateTime.UnixEpoch;

        Assert.Equal(["pod web is being deleted"], TargetPlan.Resolve(pod, null, anyContainerWillDo: false).Notes);
    }

    private static SessionException Refusal(V1Pod pod) =>
        Assert.Throws<SessionException>(() => TargetPlan.Resolve(pod, null, anyContainerWillDo: true));

    private static V1Pod CrashLooping()
    {
        var pod = Pods.Running("app", "proxy");
        pod.Status.ContainerStatuses[0] = new V1ContainerStatus
        {
            Name = "app",
            RestartCount = 4,
            State = new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = "CrashLoopBackOff" } },
            LastState = new V1ContainerState { Terminated = new V1ContainerStateTerminated { ExitCode = 7 } },
        };
        return pod;
    }
}
