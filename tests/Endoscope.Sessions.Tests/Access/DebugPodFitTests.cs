using Endoscope.Sessions.Access;
using k8s.Models;

namespace Endoscope.Sessions.Tests.Access;

/// <summary>Quality row 18: what bears our labels but is forged, altered, foreign or about to end is not used.</summary>
public sealed class DebugPodFitTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DebugPodOptions Options = new() { Image = "endoscope:1" };

    [Fact]
    public void FitsAsItWasMade() => Assert.Null(Misfit(_ => { }));

    [Fact]
    public void FitsACommandThatNeedsLess() => Assert.Null(Misfit(_ => { }, AccessNeeds.Processes));

    [Fact]
    public void DoesNotFitACommandThatNeedsMore() => Assert.Equal("has other rights than are needed", Misfit(_ => { }, AccessNeeds.Everything));

    [Fact]
    public void DoesNotFitAnEarlierTargetOfTheSameName() =>
        Assert.Equal("belongs to an earlier pod of that name", Misfit(pod => pod.Metadata.Annotations["endoscope/target-uid"] = "older"));

    [Fact]
    public void DoesNotFitWithoutAnnotations() =>
        Assert.Equal("belongs to an earlier pod of that name", Misfit(pod => pod.Metadata.Annotations = null));

    [Fact]
    public void DoesNotFitOnAnotherNode() => Assert.StartsWith("is not on the target's node", Misfit(pod => pod.Spec.NodeName = "node-2"));

    [Fact]
    public void DoesNotFitWithoutTheNodesProcesses() => Assert.StartsWith("is not on the target's node", Misfit(pod => pod.Spec.HostPID = null));

    [Fact]
    public void DoesNotFitWithAnotherImage() => Assert.Equal("runs another image or command", Misfit(pod => pod.Spec.Containers[0].Image = "evil:1"));

    [Fact]
    public void DoesNotFitWithAnotherCommand() =>
        Assert.Equal("runs another image or command", Misfit(pod => pod.Spec.Containers[0].Command = ["/bin/sh", "wait"]));

    [Fact]
    public void DoesNotFitWithArgumentsOfItsOwn() =>
        Assert.Equal("runs another image or command", Misfit(pod => pod.Spec.Containers[0].Args = ["--idle", "0"]));

    [Fact]
    public void DoesNotFitWithoutOurContainer() => Assert.Equal("runs another image or command", Misfit(pod => pod.Spec.Containers[0].Name = "other"));

    [Fact]
    public void DoesNotFitWhileItIsDeleted() => Assert.Equal("is being deleted", Misfit(pod => pod.Metadata.DeletionTimestamp = DateTime.UnixEpoch));

    [Fact]
    public void DoesNotFitOnceItHasEnded() => Assert.Equal("is not running", Misfit(pod => pod.Status.Phase = "Succeeded"));

    [Fact]
    public void DoesNotFitShortlyBeforeItsDeadline() =>
        Assert.Equal("reaches its deadline soon", Misfit(pod => pod.Status.StartTime = Now.UtcDateTime.AddMinutes(-59)));

    [Fact]
    public void DoesNotFitUnprivilegedWherePrivilegedWasAsked() =>
        Assert.Equal("has other rights than are needed", DebugPodFit.Misfit(Pod(), Pods.Target, AccessNeeds.Network, Options with { Privileged = true }, Now));

    public static TheoryData<string> Unusual => [.. UnusualOptions.Keys];

    [Theory]
    [MemberData(nameof(Unusual))]
    public void FitsOnlyWithTheSettingsThatItWasMadeWith(string setting)
    {
        var options = UnusualOptions[setting];
        const string otherwise = "was made with other settings";

        Assert.Null(DebugPodFit.Misfit(Pod(options), Pods.Target, AccessNeeds.Network, options, Now));
        Assert.Equal(otherwise, DebugPodFit.Misfit(Pod(options), Pods.Target, AccessNeeds.Network, Options, Now));
        Assert.Equal(otherwise, DebugPodFit.Misfit(Pod(Options), Pods.Target, AccessNeeds.Network, options, Now));
        Assert.All(UnusualOptions.Where(other => other.Key != setting), other =>
            Assert.Equal(otherwise, DebugPodFit.Misfit(Pod(other.Value), Pods.Target, AccessNeeds.Network, options, Now)));
    }

    [Fact]
    public void FitsWhateverTheServerMadeOfTheSettings()
    {
        var options = Options with { Limits = new Dictionary<string, string> { ["cpu"] = "1000m" } };
        var pod = Pod(options);
        pod.Spec.Containers[0].Resources.Limits["cpu"] = new ResourceQuantity("1");

        Assert.Null(DebugPodFit.Misfit(pod, Pods.Target, AccessNeeds.Network, options, Now));
    }

    [Fact]
    public void FitsOverridesThatSayTheSameInAnotherOrder()
    {
        var one = Overriding("{spec: {hostNetwork: true, dnsPolicy: Default}}");
        var other = Overriding("{spec: {dnsPolicy: Default, hostNetwork: true}}");

        Assert.Null(DebugPodFit.Misfit(Pod(one), Pods.Target, AccessNeeds.Network, other, Now));
    }

    private static readonly Dictionary<string, DebugPodOptions> UnusualOptions = new()
    {
        ["labels"] = Options with { Labels = new Dictionary<string, string> { ["team"] = "sre" } },
        ["annotations"] = Options with { Annotations = new Dictionary<string, string> { ["team"] = "sre" } },
        ["tolerations"] = Options with { Tolerations = [new Toleration("dedicated", "infra", "NoExecute")] },
        ["no tolerations"] = Options with { Tolerations = [] },
        ["requests"] = Options with { Requests = new Dictionary<string, string> { ["cpu"] = "1" } },
        ["limits"] = Options with { Limits = new Dictionary<string, string> { ["cpu"] = "1" } },
        ["priority class"] = Options with { PriorityClass = "low" },
        ["overrides"] = Overriding("{spec: {hostNetwork: true}}"),
        ["other overrides"] = Overriding("{spec: {hostNetwork: false}}"),
    };

    private static DebugPodOptions Overriding(string yaml) => Options with { Overrides = PodOverrides.Parse(yaml, "o.yaml", Options) };

    private static string? Misfit(Action<V1Pod> change, AccessNeeds? needs = null)
    {
        var pod = Pod();
        change(pod);
        return DebugPodFit.Misfit(pod, Pods.Target, needs ?? AccessNeeds.Network, Options, Now);
    }

    private static V1Pod Pod(DebugPodOptions? options = null)
    {
        var pod = DebugPodPlan.Manifest(Pods.Target, "debug-web", AccessNeeds.Network, options ?? Options, null, null);
        pod.Status = new V1PodStatus
        {
            Phase = "Running",
            StartTime = Now.UtcDateTime.AddMinutes(-5),
            ContainerStatuses = [Pods.RunningStatus(DebugPodPlan.ContainerName, Pods.OtherId)],
        };
        return pod;
    }
}
