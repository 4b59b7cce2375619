using Endoscope.Sessions.Access;
using Endoscope.Sessions.Setup;
using Endoscope.Testing;

namespace Endoscope.Sessions.Tests.Setup;

public sealed class SetupPlanTests
{
    private static readonly SetupRequest Request = new()
    {
        DebugNamespace = "endoscope-debug",
        TargetNamespace = "shop",
        Groups = ["oncall"],
        Users = ["jane"],
        Image = "registry.example:5000/endoscope:1",
        Deadline = TimeSpan.FromHours(1),
        HasPolicies = true,
    };

    [Fact]
    public void MakesTheseObjects() => Golden.Matches("Endoscope.Sessions.Tests/Setup/setup.yaml", SetupObject.Format(SetupPlan.Plan(Request)).Yaml);

    [Fact]
    public void LeavesOutPoliciesWhereTheServerHasNone()
    {
        var plan = SetupPlan.Plan(Request with { HasPolicies = false });

        Assert.Equal(["namespaces", "resourcequotas", "roles", "rolebindings", "clusterroles", "rolebindings"], plan.Select(one => one.Reference.Resource));
    }

    [Fact]
    public void BindsInTheWholeClusterWhereTargetsAreInAllNamespaces()
    {
        var plan = SetupPlan.Plan(Request with { TargetNamespace = null });

        var binding = plan.Single(one => one.Reference.Resource == "clusterrolebindings");
        Assert.Null(binding.Reference.Namespace);
        Assert.Contains("\"nodes\"", plan.Single(one => one.Reference.Resource == "clusterroles").Manifest.ToJsonString(), StringComparison.Ordinal);
    }

    /// <summary>What setup grants, doctor asks for and the documentation names are the same rights.</summary>
    [Fact]
    public void GrantsEveryRightThatACommandNeeds()
    {
        var plan = SetupPlan.Plan(Request);
        var granted = plan.Where(one => one.Reference.Resource is "roles" or "clusterroles").SelectMany(Rights).ToHashSet();

        string[] commands = ["pids", "list", "cleanup"];
        Assert.All(commands.SelectMany(CommandRights.For), right => Assert.Contains((right.Place == RightPlace.Target ? "clusterroles" : "roles", right.ToString()), granted));
    }

    [Fact]
    public void QuotesNamesSoThatTheyStayNames()
    {
        var plan = SetupPlan.Plan(Request with { Groups = ["a\"] || true || group in [\""] });

        var policy = plan.Single(one => one.Reference.Name == "endoscope-debug-exec" && one.Reference.Resource == "validatingadmissionpolicies");
        Assert.Contains(
            """group in ["a\u0022] || true || group in [\u0022"]""", (string)policy.Manifest["spec"]!["validations"]![0]!["expression"]!, StringComparison.Ordinal);
    }

    private static IEnumerable<(string Kind, string Right)> Rights(SetupObject role) =>
        from rule in role.Manifest["rules"]!.AsArray()
        from @group in rule!["apiGroups"]!.AsArray()
        from resource in rule["resources"]!.AsArray()
        from verb in rule["verbs"]!.AsArray()
        select (role.Reference.Resource, $"{(string)verb!} {Named((string)resource!, (string)@group!)}");

    private static string Named(string resource, string group) => group.Length == 0 ? resource : $"{resource}.{group}";
}
