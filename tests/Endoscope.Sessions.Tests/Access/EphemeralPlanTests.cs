using Endoscope.Sessions.Access;
using k8s.Models;

namespace Endoscope.Sessions.Tests.Access;

public sealed class EphemeralPlanTests
{
    private static readonly DebugPodOptions Options = new() { Image = "endoscope:1" };

    [Fact]
    public void ThePatchIsExactlyThis() => Assert.Equal(
        """
        spec:
          ephemeralContainers:
          - command:
            - /usr/bin/endoscope-agent
            - wait
            - "--idle"
            - "600"
            env:
            - name: HOME
              value: /tmp
            - name: TMPDIR
              value: /dev
            - name: XTABLES_LOCKFILE
              value: /dev/xtables.lock
            image: "endoscope:1"
            imagePullPolicy: IfNotPresent
            name: endoscope-abcde
            securityContext:
              allowPrivilegeEscalation: false
              capabilities:
                add:
                - NET_RAW
                drop:
                - ALL
              readOnlyRootFilesystem: true
              runAsNonRoot: false
              runAsUser: 0
              seccompProfile:
                type: RuntimeDefault
            targetContainerName: app

        """,
        ManifestText.Format(new V1Pod { Spec = new V1PodSpec { EphemeralContainers = [Container(null)] } }).Yaml,
        ignoreLineEndingDifferences: true);

    [Theory]
    [InlineData(EphemeralProfile.General, "SYS_PTRACE", null)]
    [InlineData(EphemeralProfile.Baseline, null, null)]
    [InlineData(EphemeralProfile.NetAdmin, "NET_ADMIN NET_RAW", null)]
    [InlineData(EphemeralProfile.Restricted, null, "ALL")]
    public void AProfileMeansTheCapabilitiesThatKubectlMeans(EphemeralProfile profile, string? added, string? dropped)
    {
        var security = Container(profile).SecurityContext;

        Assert.Equal(added, security.Capabilities?.Add is { } add ? string.Join(' ', add) : null);
        Assert.Equal(dropped, security.Capabilities?.Drop?.Single());
        Assert.False(security.AllowPrivilegeEscalation);
        Assert.NotEqual(true, security.Privileged);
    }

    [Fact]
    public void TheProfileSysadminIsPrivileged()
    {
        var security = Container(EphemeralProfile.SysAdmin).SecurityContext;

        Assert.True(security.Privileged);

        // The server refuses one who is privileged and may not gain privileges.
        Assert.Null(security.AllowPrivilegeEscalation);
    }

    [Theory]
    [InlineData(1000L, 2000L, 1000L)]
    [InlineData(null, 2000L, 2000L)]
    [InlineData(0L, null, 65532L)]
    [InlineData(null, null, 65532L)]
    public void TheProfileRestrictedIsTheTargetsUserUnlessThatIsRoot(long? ofContainer, long? ofPod, long user)
    {
        var pod = Pods.Running();
        pod.Spec.Containers[0].SecurityContext = new V1SecurityContext { RunAsUser = ofContainer };
        pod.Spec.SecurityContext = new V1PodSecurityContext { RunAsUser = ofPod };

        var security = EphemeralPlan.Container(pod, Pods.Target, "endoscope-x", AccessNeeds.Network, Options, EphemeralProfile.Restricted).SecurityContext;

        Assert.Equal(user, security.RunAsUser);
        Assert.True(security.RunAsNonRoot);
    }

    [Fact]
    public void NamesNoTargetContainerThatDoesNotRun() => Assert.Null(
        EphemeralPlan.Container(Pods.Running(), Pods.Target with { ContainerId = null }, "endoscope-x", AccessNeeds.Network, Options, null).TargetContainerName);

    private static V1EphemeralContainer Container(EphemeralProfile? profile) =>
        EphemeralPlan.Container(Pods.Running(), Pods.Target, "endoscope-abcde", AccessNeeds.Network, Options, profile);
}
