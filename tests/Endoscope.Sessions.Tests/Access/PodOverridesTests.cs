using System.Text.Json.Nodes;
using Endoscope.Sessions.Access;
using k8s.Models;

namespace Endoscope.Sessions.Tests.Access;

/// <summary>A part of a pod that is merged into debug pods.</summary>
public sealed class PodOverridesTests
{
    private static readonly DebugPodOptions Options = new() { Image = "endoscope:1" };

    [Fact]
    public void MergesMappingsFieldByFieldAndListsOfNamedThingsItemByItem()
    {
        var pod = Merged(
            """
            metadata:
              labels: {team: sre}
            spec:
              hostNetwork: true
              securityContext: {seccompProfile: {type: Unconfined}}
              containers:
              - name: endoscope
                env: [{name: TZ, value: UTC}]
                resources: {limits: {memory: 2Gi}}
              volumes:
              - name: cores
                emptyDir: {}
            """);

        Assert.Equal("sre", pod.Metadata.Labels["team"]);
        Assert.Equal("scope", pod.Metadata.Labels["app.kubernetes.io/managed-by"]);
        Assert.True(pod.Spec.HostNetwork);
        Assert.Equal("Unconfined", pod.Spec.SecurityContext.SeccompProfile.Type);
        var container = Assert.Single(pod.Spec.Containers);
        Assert.Equal(["HOME=/tmp", "TZ=UTC"], container.Env.Select(variable => $"{variable.Name}={variable.Value}"));
        Assert.Equal(("2Gi", "2"), (container.Resources.Limits["memory"].ToString(), container.Resources.Limits["cpu"].ToString()));
        Assert.Equal(["tmp", "cores"], pod.Spec.Volumes.Select(volume => volume.Name));
    }

    [Fact]
    public void ReplacesOtherListsAsAWhole()
    {
        var pod = Merged("""{"spec": {"tolerations": [{"key": "dedicated", "operator": "Exists"}]}}""");

        Assert.Equal("dedicated", Assert.Single(pod.Spec.Tolerations).Key);
    }

    [Fact]
    public void TakesFieldsAndItemsAway()
    {
        var pod = Merged(
            """
            metadata:
              labels: {sidecar.istio.io/inject: null}
            spec:
              tolerations: null
              volumes:
              - {name: tmp, $patch: delete}
              containers:
              - name: endoscope
                volumeMounts: [{$patch: replace}]
                resources: {$patch: replace, limits: {memory: 2Gi}}
            """);

        Assert.DoesNotContain("sidecar.istio.io/inject", pod.Metadata.Labels.Keys);
        Assert.Null(pod.Spec.Tolerations);
        Assert.Empty(pod.Spec.Volumes);
        Assert.Empty(pod.Spec.Containers[0].VolumeMounts);
        Assert.Equal(["memory"], pod.Spec.Containers[0].Resources.Limits.Keys);
        Assert.Null(pod.Spec.Containers[0].Resources.Requests);
    }

    [Theory]
    [InlineData("spec: {nodeName: node-2}", "spec.nodeName must not be overridden: a debug pod runs on its target's node")]
    [InlineData("spec: {nodeName: null}", "spec.nodeName must not be overridden: a debug pod runs on its target's node")]
    [InlineData("spec: {hostPID: false}", "spec.hostPID must not be overridden: the agent finds the target's processes by it")]
    [InlineData("spec: {restartPolicy: Always}", "spec.restartPolicy must not be overridden: a debug pod that has ended stays so")]
    [InlineData("spec: {activeDeadlineSeconds: null}", "spec.activeDeadlineSeconds must not be overridden: --deadline says it")]
    [InlineData("spec: {$patch: replace}", "spec.containers[endoscope] must stay: the agent is in it")]
    [InlineData("kind: Job", "kind must not be overridden: a debug pod is a pod")]
    [InlineData("metadata: {name: debug-web}", "metadata.name must not be overridden: it is made from the target's")]
    [InlineData("metadata: {namespace: other}", "metadata.namespace must not be overridden: --debug-namespace says it")]
    [InlineData("metadata: {finalizers: [a/b]}", "metadata.finalizers must not be overridden: they would keep the debug pod from going")]
    [InlineData("metadata: {labels: {endoscope/target: db}}", "metadata.labels[endoscope/target] must not be overridden: scope finds its debug pods by it")]
    [InlineData("metadata: {labels: {endoscope/target-namespace: bank}}", "metadata.labels[endoscope/target-namespace] must not be overridden: scope finds its debug pods by it")]
    [InlineData("metadata: {labels: null}", "metadata.labels[app.kubernetes.io/managed-by] must not be overridden: scope finds its debug pods by it")]
    [InlineData("metadata: {annotations: {endoscope/target-uid: x}}", "metadata.annotations[endoscope/target-uid] must not be overridden: it shows which pod is being looked into")]
    [InlineData("metadata: {annotations: {endoscope/settings: x}}", "metadata.annotations[endoscope/settings] must not be overridden: it shows what the debug pod was made with")]
    [InlineData("spec: {containers: [{name: endoscope, image: evil}]}", "spec.containers[endoscope].image must not be overridden: --image says it")]
    [InlineData("spec: {containers: [{name: endoscope, command: [sh]}]}", "spec.containers[endoscope].command must not be overridden: it is the agent's")]
    [InlineData("spec: {containers: [{name: endoscope, args: [x]}]}", "spec.containers[endoscope].args must not be overridden: the agent takes none")]
    [InlineData("spec: {containers: [{name: endoscope, $patch: delete}]}", "spec.containers[endoscope] must stay: the agent is in it")]
    [InlineData("spec: {containers: [{name: endoscope, securityContext: {privileged: true}}]}", "spec.containers[endoscope].securityContext.privileged must not be overridden: --privileged says it")]
    [InlineData("spec: {containers: [{name: endoscope, securityContext: {capabilities: {add: [NET_RAW]}}}]}", "spec.containers[endoscope].securityContext.capabilities.add must keep DAC_OVERRIDE, which commands need")]
    [InlineData("spec: {containers: [{image: x}]}", "an item of spec.containers has no name, which tells it from the others")]
    [InlineData("spec: {containers: [x]}", "spec.containers takes mappings, each with its name")]
    [InlineData("spec: {tolerationz: []}", "spec.tolerationz is not a field of a pod")]
    [InlineData("spec: {containers: [{name: endoscope, volumeMounts: [{mountPath: /x, nme: y}]}]}", "spec.containers[0].volumeMounts[1].nme is not a field of a pod")]
    [InlineData("spec: {hostNetwork: perhaps}", "spec.hostNetwork has a value that a pod cannot have there")]
    [InlineData("spec: {$retainKeys: [a]}", "spec: $retainKeys is not known here")]
    [InlineData("spec: {$patch: drop}", "spec: $patch is delete, replace or merge, not 'drop'")]
    public void RefusesByNameWhatMustNotBeOverridden(string yaml, string message) =>
        Assert.Equal($"o.yaml: {message}", Assert.Throws<InvalidOverridesException>(() => Parse(yaml)).Message);

    [Theory]
    [InlineData("", "o.yaml holds no part of a pod")]
    [InlineData("- spec", "o.yaml holds no part of a pod")]
    [InlineData("a: 1\na: 2", "o.yaml:2: not valid YAML")]
    [InlineData("spec: {}\n---\nspec: {}", "o.yaml:3: only one document is taken")]
    public void RefusesWhatIsNoPartOfAPod(string yaml, string message) =>
        Assert.StartsWith(message, Assert.Throws<InvalidOverridesException>(() => Parse(yaml)).Message);

    [Fact]
    public void TakesWhatSaysTheSameAsTheManifest() =>
        Assert.Equal("node-1", Merged("{apiVersion: v1, kind: Pod, spec: {hostPID: true, containers: [{name: endoscope, image: 'endoscope:1'}]}}").Spec.NodeName);

    [Fact]
    public void LeavesTheManifestThatItIsMergedIntoAsItIs()
    {
        var whole = (JsonObject)JsonNode.Parse("""{"a": {"b": [1], "c": 2}}""")!;

        var merged = StrategicMerge.Merge(whole, (JsonObject)JsonNode.Parse("""{"a": {"b": [3]}}""")!);

        Assert.Equal("""{"a":{"c":2,"b":[3]}}""", merged.ToJsonString());
        Assert.Equal("""{"a":{"b":[1],"c":2}}""", whole.ToJsonString());
    }

    private static PodOverrides Parse(string yaml) => PodOverrides.Parse(yaml, "o.yaml", Options);

    private static V1Pod Merged(string yaml) =>
        DebugPodPlan.Manifest(Pods.Target, "debug-web", AccessNeeds.Network, Options with { Overrides = Parse(yaml) }, null, null);
}
