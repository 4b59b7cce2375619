using Endoscope.Testing.ApiServer;

namespace Endoscope.Kubernetes.Tests.Rest;

public class WatchTests
{
    [Fact]
    public async Task TellsWhatIsThereThenSyncedThenChanges()
    {
        await using var watch = await StartAsync("a", "b");

        Assert.Equal(["Added a", "Added b", "Synced"], await watch.NextAsync(3));
        watch.Server.Pods.AddRunning("default", "c");
        Assert.Equal("Added c", await watch.NextAsync());
        Assert.Equal("Modified c", await watch.NextAsync());
        watch.Server.Pods.Remove("default", "a");
        Assert.Equal("Deleted a", await watch.NextAsync());
    }

    [Fact]
    public async Task GoesOnFromTheLastChangeWhenTheConnectionIsCut()
    {
        await using var watch = await StartAsync("a");
        await watch.NextAsync(2);

        watch.Server.Pods.DropWatches();
        watch.Server.Pods.Remove("default", "a");
        watch.Server.Pods.DropWatches();

        Assert.Equal("Deleted a", await watch.NextAsync());
        Assert.Single(watch.Server.Requests, request => !request.Target.Contains("watch=true", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ComparesANewListWhenTheOldVersionIsGone()
    {
        await using var watch = await StartAsync("stays", "goes", "changes");
        await watch.NextAsync(4);
        var pods = watch.Server.Pods;

        // The watch is cut off before anything changes, and the server has forgotten what did by the time it is back.
        var refuse = true;
        watch.Server.Answer(request => refuse && request.Target.Contains("watch=true", StringComparison.Ordinal)
            ? ScriptedAnswer.Failure(503, "ServiceUnavailable", "restarting") : null);
        pods.DropWatches();
        pods.Remove("default", "goes");
        pods.Put(pods.Find("default", "changes")!);
        pods.AddRunning("default", "comes");
        pods.ForgetHistory();
        refuse = false;

        Assert.Equal(["Added comes", "Deleted goes", "Modified changes"], (await watch.NextAsync(3)).Order(StringComparer.Ordinal));
        pods.Remove("default", "stays");
        Assert.Equal("Deleted stays", await watch.NextAsync());
    }

    [Fact]
    public async Task TellsARecreatedPodFromTheOldOne()
    {
        await using var watch = await StartAsync("web");
        await watch.NextAsync(2);

        watch.Server.Pods.DropWatches();
        watch.Server.Pods.Remove("default", "web");
        watch.Server.Pods.AddRunning("default", "web");
        watch.Server.Pods.ForgetHistory();

        Assert.Equal(["Deleted web", "Added web"], (await watch.NextAsync(2)).Order(StringComparer.Ordinal).Reverse());
    }

    [Fact]
    public async Task TakesBookmarksAsProgress()
    {
        await using var watch = await StartAsync("a");
        await watch.NextAsync(2);

        watch.Server.Pods.SendBookmark();
        var bookmarked = watch.Server.Pods.Version;
        watch.Server.Pods.AddRunning("default", "b");
        await watch.NextAsync(2);
        watch.Server.Pods.SendBookmark();
        var last = watch.Server.Pods.Version;
        await watch.UntilAskedFromAsync(last, () => watch.Server.Pods.DropWatches());

        Assert.NotEqual(bookmarked, last);
        Assert.Single(watch.Server.Requests, request => !request.Target.Contains("watch=true", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SurvivesTheServersRestart()
    {
        await using var watch = await StartAsync("a");
        await watch.NextAsync(2);

        var down = 3;
        watch.Server.Answer(_ => down-- > 0 ? ScriptedAnswer.Failure(500, "InternalError", "starting") : null);
        watch.Server.Pods.DropWatches();
        watch.Server.Pods.AddRunning("default", "b");

        Assert.Equal("Added b", await watch.NextAsync());
    }

    [Fact]
    public async Task EndsWhereThePermissionIsTakenAway()
    {
        await using var watch = await StartAsync("a");
        await watch.NextAsync(2);

        watch.Server.Answer(_ => ScriptedAnswer.Failure(403, "Forbidden", "pods is forbidden: User \"u\" cannot watch resource \"pods\""));
        watch.Server.Pods.DropWatches();

        var e = await Assert.ThrowsAsync<ApiStatusException>(() => watch.NextAsync());
        Assert.Equal("the permission 'watch pods' is missing: kubectl auth can-i watch pods -n default", e.Hint);
    }

    [Fact]
    public async Task FailsAtOnceWhereTheFirstListFails()
    {
        await using var watch = await StartAsync();
        watch.Server.Answer(_ => ScriptedAnswer.Failure(403, "Forbidden", "no"));

        await Assert.ThrowsAsync<ApiStatusException>(() => watch.NextAsync());
    }

    [Fact]
    public async Task EndsWhenItIsCancelled()
    {
        await using var watch = await StartAsync("a");
        await watch.NextAsync(2);
        var next = watch.NextAsync();

        await watch.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    private static async Task<RunningWatch> StartAsync(params string[] pods)
    {
        var server = await TestApiServer.StartAsync();
        Array.ForEach(pods, name => server.Pods.Put(new() { Metadata = new() { NamespaceProperty = "default", Name = name }, Spec = new() { Containers = [] } }));
        return new RunningWatch(server);
    }

    private sealed class RunningWatch : IAsyncDisposable
    {
        private readonly Cluster cluster;
        private readonly CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Connecting.Cancelled);
        private readonly IAsyncEnumerator<PodChange> changes;

        public RunningWatch(TestApiServer server)
        {
            Server = server;
            cluster = server.Connect();
            stop.CancelAfter(TimeSpan.FromSeconds(30));
            changes = cluster.Api.WatchPodsAsync("default", null, null, stop.Token).GetAsyncEnumerator(stop.Token);
        }

        public TestApiServer Server { get; }

        public async Task<string> NextAsync()
        {
            Assert.True(await changes.MoveNextAsync());
            var (kind, pod) = changes.Current;
            return pod is null ? $"{kind}" : $"{kind} {pod.Metadata.Name}";
        }

        public async Task<List<string>> NextAsync(int count)
        {
            var all = new List<string>();
            while (all.Count < count)
            {
                all.Add(await NextAsync());
            }

            return all;
        }

        /// <summary>Cuts the connection again and again, until the watch comes back from the given version.</summary>
        public async Task UntilAskedFromAsync(string version, Action cut)
        {
            var next = NextAsync();
            while (!Server.Requests.Any(request => request.Target.Contains($"resourceVersion={version}", StringComparison.Ordinal)))
            {
                Assert.False(next.IsCompleted);
                cut();
                await Task.Delay(20, stop.Token);
            }

            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        }

        public Task CancelAsync() => stop.CancelAsync();

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await changes.DisposeAsync();
            cluster.Dispose();
            await Server.DisposeAsync();
        }
    }
}
