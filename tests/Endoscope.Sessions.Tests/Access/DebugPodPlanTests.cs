using Endoscope.Sessions.Access;
using k8s.Models;

namespace Endoscope.Sessions.Tests.Access;

public sealed class DebugPodPlanTests
{
    private static readonly DebugPodOptions Options = new() { Image = "endoscope:1" };

    [Fact]
    public void AsksForNoMoreThanTheCommandNeeds()
    {
        var pod = DebugPodPlan.Manifest(Pods.Target, "debug-web", AccessNeeds.Network, Options, "regcred", "jane");

        Assert.Equal(
            """
            apiVersion: v1
            kind: Pod
            metadata:
              annotations:
                endoscope/target: web
                endoscope/target-uid: uid-web
                cluster-autoscaler.kubernetes.io/safe-to-evict: "true"
                linkerd.io/inject: disabled
                endoscope/by: jane
              labels:
                app.kubernetes.io/name: endoscope
                app.kubernetes.io/managed-by: scope
                endoscope/target: web
                endoscope/target-namespace: shop
                sidecar.istio.io/inject: "false"
              name: debug-web
              namespace: shop
            spec:
              activeDeadlineSeconds: 3600
              automountServiceAccountToken: false
              containers:
              - command:
                - /usr/bin/endoscope-agent
                - wait
                - "--idle"
                - "600"
                env:
                - name: HOME
                  value: /tmp
                image: "endoscope:1"
                imagePullPolicy: IfNotPresent
                name: endoscope
                resources:
                  limits:
                    cpu: "2"
                    memory: "1Gi"
                  requests:
                    cpu: "10m"
                    memory: "32Mi"
                securityContext:
                  allowPrivilegeEscalation: false
                  capabilities:
                    add:
                    - NET_RAW
                    - SYS_ADMIN
                    - SYS_PTRACE
                    drop:
                    - ALL
                  readOnlyRootFilesystem: true
                  runAsNonRoot: false
                  runAsUser: 0
                volumeMounts:
                - mountPath: /tmp
                  name: tmp
              enableServiceLinks: false
              hostPID: true
              imagePullSecrets:
              - name: regcred
              nodeName: node-1
              restartPolicy: Never
              securityContext:
                seccompProfile:
                  type: RuntimeDefault
              terminationGracePeriodSeconds: 10
              tolerations:
              - operator: Exists
              volumes:
              - emptyDir:
                  sizeLimit: "256Mi"
                name: tmp

            """,
            ManifestText.Format(pod).Yaml,
            ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void HasWhatItsUserWantsBesides()
    {
        var options = Options with
        {
            Labels = new Dictionary<string, string> { ["team"] = "sre", ["sidecar.istio.io/inject"] = "true", ["app.kubernetes.io/managed-by"] = "x" },
            Annotations = new Dictionary<string, string> { ["note"] = "on call", ["endoscope/target-uid"] = "x" },
            Tolerations = [new Toleration("dedicated", "infra", "NoExecute"), new Toleration("gpu", null, null)],
            Requests = new Dictionary<string, string> { ["cpu"] = "50m" },
            Limits = new Dictionary<string, string>(),
            PriorityClass = "low",
            Deadline = TimeSpan.FromMinutes(30),
        };

        var pod = DebugPodPlan.Manifest(Pods.Target, "debug-web", AccessNeeds.Network, options, null, null);

        Assert.Equal(("sre", "true", "scope"), (pod.Labels()["team"], pod.Labels()["sidecar.istio.io/inject"], pod.Labels()["app.kubernetes.io/managed-by"]));
        Assert.Equal(("on call", "uid-web"), (pod.Annotations()["note"], pod.Annotations()["endoscope/target-uid"]));
        Assert.Matches("^[0-9a-f]{32}$", pod.Annotations()["endoscope/settings"]);
        Assert.Equal(
            ["dedicated Equal infra NoExecute", "gpu Exists  "],
            pod.Spec.Tolerations.Select(one => $"{one.Key} {one.OperatorProperty} {one.Value} {one.Effect}"));
        Assert.Equal("cpu=50m", string.Join(',', pod.Spec.Containers[0].Resources.Requests.Select(one => $"{one.Key}={one.Value}")));
        Assert.Empty(pod.Spec.Containers[0].Resources.Limits);
        Assert.Equal(("low", 1800L), (pod.Spec.PriorityClassName, pod.Spec.ActiveDeadlineSeconds));
    }

    [Fact]
    public void NamesThePodAfterItsTarget() => Assert.Equal("debug-web", DebugPodPlan.NameFor(Pods.Target, Options));

    [Fact]
    public void PutsThePodIntoAnotherNamespaceWhereNamesTellTheTargetsNamespaceToo()
    {
        var options = Options with { Namespace = "debug" };
        var pod = DebugPodPlan.Manifest(Pods.Target, DebugPodPlan.NameFor(Pods.Target, options), AccessNeeds.Network, options, null, null);

        Assert.Equal(("debug", "debug-shop-web"), (pod.Namespace(), pod.Name()));
        Assert.Equal("shop", pod.Labels()["endoscope/target-namespace"]);
    }

    [Fact]
    public void KeepsLongNamesValidAndApart()
    {
        var first = Pods.Target with { Pod = new string('a', 252) + "b" };
        var second = Pods.Target with { Pod = new string('a', 252) + "c" };

        Assert.True(DebugPodPlan.NameFor(first, Options, "salt").Length <= 253);
        Assert.NotEqual(DebugPodPlan.NameFor(first, Options), DebugPodPlan.NameFor(second, Options));
        Assert.NotEqual(DebugPodPlan.SelectorFor("shop", first.Pod), DebugPodPlan.SelectorFor("shop", second.Pod));
        Assert.True(DebugPodPlan.Manifest(first, "x", AccessNeeds.Processes, Options, null, null).Labels()["endoscope/target"].Length <= 63);
    }
}
