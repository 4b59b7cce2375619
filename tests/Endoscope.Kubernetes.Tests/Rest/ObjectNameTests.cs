using Endoscope.Testing.ApiServer;
using k8s.Models;

namespace Endoscope.Kubernetes.Tests.Rest;

public class ObjectNameTests
{
    public static TheoryData<string> BadNames { get; } =
        ["", ".", "..", "../x", "a/b", "a?b", "a b", "A", "-a", "a-", "a..b", "a%2e", "ä", "a\n", new string('a', 300)];

    [Theory]
    [MemberData(nameof(BadNames))]
    public async Task RefusesABadNameBeforeAnyRequest(string bad)
    {
        await using var server = await TestApiServer.StartAsync();
        using var cluster = server.Connect();
        var (api, token) = (cluster.Api, Connecting.Cancelled);

        await RefusedAsync(() => api.ReadPodAsync("default", bad, token));
        await RefusedAsync(() => api.ReadPodAsync(bad, "web", token));
        await RefusedAsync(() => api.ListPodsAsync(bad, null, null, token));
        await RefusedAsync(async () => await api.WatchPodsAsync(bad, null, null, token).FirstAsync(token));
        await RefusedAsync(() => api.CreatePodAsync(Pod(bad, "web"), false, token));
        await RefusedAsync(() => api.CreatePodAsync(Pod("default", bad), false, token));
        await RefusedAsync(() => api.DeletePodAsync("default", bad, "uid", null, token));
        await RefusedAsync(() => api.ListEventsAsync(bad, "uid", token));
        await RefusedAsync(() => api.ReadNodeAsync(bad, token));
        await RefusedAsync(() => api.SecretExistsAsync("default", bad, token));
        await RefusedAsync(() => api.ReadPodSelectorAsync("default", "deployment", bad, token));
        await RefusedAsync(() => api.ExecAsync("default", bad, "app", ["true"], token));
        await RefusedAsync(() => api.ExecAsync("default", "web", bad, ["true"], token));

        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task TakesTheLongestNamesThereAre()
    {
        await using var server = await TestApiServer.StartAsync();
        using var cluster = server.Connect();
        var ns = new string('n', 63);
        var name = string.Join('.', Enumerable.Repeat(new string('a', 62) + "1", 3)) + ".x-0";
        server.Pods.AddRunning(ns, name);

        Assert.Equal(name, (await cluster.Api.ReadPodAsync(ns, name, Connecting.Cancelled)).Metadata.Name);
    }

    private static V1Pod Pod(string ns, string name) => new() { Metadata = new V1ObjectMeta { NamespaceProperty = ns, Name = name } };

    private static async Task RefusedAsync(Func<Task> call)
    {
        var e = await Assert.ThrowsAsync<InvalidNameException>(call);
        Assert.Contains(" is not the name of a ", e.Message, StringComparison.Ordinal);
        Assert.True(e.Message.Length < 300);
    }
}
