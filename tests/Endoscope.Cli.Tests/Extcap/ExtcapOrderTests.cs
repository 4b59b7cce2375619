using Endoscope.Cli.Extcap;
using Endoscope.Kubernetes;
using Endoscope.Sessions.Access;

namespace Endoscope.Cli.Tests.Extcap;

public sealed class ExtcapOrderTests
{
    private static readonly GlobalRequest Launched = new()
    {
        Timeout = TimeSpan.FromMinutes(1),
        DebugPod = new DebugPodOptions { Image = "endoscope:1", User = "jane@laptop" },
        Connection = new ConnectionOptions { Context = "lab" },
        Namespace = "shop",
    };

    [Fact]
    public void TakesTheChoiceOfThePickers()
    {
        var order = Plan("--context", "live", "--namespace", "pay", "--pod", "web-0", "--also", "db-0, deploy/cart", "--extcap-capture-filter", "tcp port 80", "--terminate");

        Assert.Equal("live", order.Global.Connection.Context);
        Assert.Equal("pay", order.Global.Namespace);
        Assert.Equal(["web-0", "db-0", "deployment/cart"], order.Pods.References.Select(one => one.Kind is null ? one.Name : $"{one.Kind}/{one.Name}"));
        Assert.False(order.Pods.All);
        Assert.Equal("tcp port 80", order.Plan.Filter);
        Assert.True(order.Global.Terminate);
        Assert.Equal("scope --context live -n pay -p web-0,db-0,deploy/cart capture -f 'tcp port 80'", order.Settings.CommandLine);
    }

    [Fact]
    public void KeepsWhatTheLauncherSays()
    {
        var order = Plan("--pod", "*", "--snaplen", "96", "--max-pods", "3", "--interfaces", "eth0,lo", "--image", "");

        Assert.Equal("lab", order.Global.Connection.Context);
        Assert.Equal("shop", order.Global.Namespace);
        Assert.Equal("endoscope:1", order.Global.DebugPod.Image);
        Assert.True(order.Pods.All);
        Assert.Empty(order.Pods.References);
        Assert.Equal((96, 3), (order.Plan.SnapLength, order.Settings.MaxPods));
        Assert.Equal(["eth0", "lo"], order.Plan.Interfaces);
    }

    [Fact]
    public void TakesThePodOfAnInterfaceOfOnePod()
    {
        var order = Plan("--extcap-interface", "scope-pay.web-0.blue", "--pod", "other");

        Assert.Equal("pay", order.Global.Namespace);
        Assert.Equal(["web-0.blue"], order.Pods.References.Select(one => one.Name));
    }

    [Theory]
    [InlineData("no pod was chosen", "--extcap-interface", "scope")]
    [InlineData("no pod was chosen", "--pod", "-")]
    [InlineData("--snaplen: '0' is not a whole number from 1 to 262144", "--pod", "web", "--snaplen", "0")]
    [InlineData("--max-pods: 'x' is not", "--pod", "web", "--max-pods", "x")]
    [InlineData("names no kind of target", "--pod", "thing/web")]
    public void RefusesWhatMakesNoSense(string because, params string[] args) =>
        Assert.Contains(because, Assert.Throws<UsageException>(() => Plan(args)).Message, StringComparison.Ordinal);

    private static Capture.CaptureOrder Plan(params string[] args)
    {
        var asked = ExtcapArguments.Parse(args);
        return ExtcapOrder.Plan(ExtcapOrder.Apply(Launched, asked), asked);
    }
}
