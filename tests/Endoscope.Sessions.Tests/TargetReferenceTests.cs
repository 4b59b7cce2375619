namespace Endoscope.Sessions.Tests;

public sealed class TargetReferenceTests
{
    [Theory]
    [InlineData("web", null, "web")]
    [InlineData("pod/web", null, "web")]
    [InlineData("deploy/web", "deployment", "web")]
    [InlineData("Deployment/web", "deployment", "web")]
    [InlineData("sts/db", "statefulset", "db")]
    [InlineData("ds/agent", "daemonset", "agent")]
    [InlineData("svc/web", "service", "web")]
    public void ReadsKindsAsKubectlSpellsThem(string text, string? kind, string name) => Assert.Equal(new TargetReference(kind, name), TargetReference.Parse(text));

    [Fact]
    public void KnowsNoOtherKinds() => Assert.Null(TargetReference.Parse("cronjob/x"));
}
