using Endoscope.Sessions.Access;
using k8s.Models;

namespace Endoscope.Sessions.Tests.Access;

public sealed class DebugPodPlanTests
{
    private static readonly DebugPodOptions Options = new() { Image = "endoscope:1" };

    [Fact]
    public void AsksForNoMoreThanTheCommandNeeds()
    {
        var pod = DebugPodPlan.Manifest(Pods.Target, "debug-web", AccessNeeds.Network, Options, "regcred");

        Assert.Equal(
            """
            apiVersion: v1
            kind: Pod
            metadata:
              annotations:
                endoscope/target-uid: uid-web
                cluster-autoscaler.kubernetes.io/safe-to-evict: "true"
                linkerd.io/inject: disabled
              labels:
                app.kubernetes.io/name: endoscope
                app.kubernetes.io/managed-by: scope
                endoscope/target: web
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
              terminationGracePeriodSeconds: 2
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
    public void NamesThePodAfterItsTarget() => Assert.Equal("debug-web", DebugPodPlan.NameFor("web"));

    [Fact]
    public void KeepsLongNamesValidAndApart()
    {
        var first = new string('a', 252) + "b";
        var second = new string('a', 252) + "c";

        Assert.True(DebugPodPlan.NameFor(first, "salt").Length <= 253);
        Assert.NotEqual(DebugPodPlan.NameFor(first), DebugPodPlan.NameFor(second));
        Assert.NotEqual(DebugPodPlan.SelectorFor(first), DebugPodPlan.SelectorFor(second));
        Assert.True(DebugPodPlan.Manifest(Pods.Target with { Pod = first }, "x", AccessNeeds.Processes, Options, null).Labels()["endoscope/target"].Length <= 63);
    }
}
