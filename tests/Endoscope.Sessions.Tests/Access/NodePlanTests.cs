using Endoscope.Sessions.Access;
using k8s.Models;

namespace Endoscope.Sessions.Tests.Access;

/// <summary>Quality row 14: nodes that can run no debug pod.</summary>
public sealed class NodePlanTests
{
    [Fact]
    public void TakesALinuxNodeThatIsReady() => NodePlan.RefuseUnfit(Node(("kubernetes.io/os", "linux")), "web");

    [Theory]
    [InlineData("type", "virtual-kubelet", "virtual node")]
    [InlineData("eks.amazonaws.com/compute-type", "fargate", "virtual node")]
    [InlineData("kubernetes.io/os", "windows", "which runs windows")]
    public void RefusesByItsLabels(string label, string value, string why) => Assert.Contains(why, Refusal(Node((label, value))));

    [Fact]
    public void RefusesAVirtualNodeByItsTaint()
    {
        var node = Node();
        node.Spec = new V1NodeSpec { Taints = [new V1Taint { Key = "virtual-kubelet.io/provider", Effect = "NoSchedule" }] };

        Assert.Contains("virtual node", Refusal(node));
    }

    [Theory]
    [InlineData("False")]
    [InlineData("Unknown")]
    public void RefusesANodeThatIsNotReady(string status)
    {
        var node = Node();
        node.Status.Conditions[0] = new V1NodeCondition { Type = "Ready", Status = status, Reason = "NodeStatusUnknown", Message = "Kubelet stopped posting" };

        Assert.Contains("is not ready (NodeStatusUnknown: Kubelet stopped posting)", Refusal(node));
    }

    private static string Refusal(V1Node node) => Assert.Throws<SessionException>(() => NodePlan.RefuseUnfit(node, "web")).Message;

    private static V1Node Node(params (string Name, string Value)[] labels) => new()
    {
        Metadata = new V1ObjectMeta { Name = "node-1", Labels = labels.ToDictionary(label => label.Name, label => label.Value) },
        Status = new V1NodeStatus { Conditions = [new V1NodeCondition { Type = "Ready", Status = "True" }] },
    };
}
