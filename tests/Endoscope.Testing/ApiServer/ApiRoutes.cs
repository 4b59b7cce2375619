using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Microsoft.AspNetCore.Http;

namespace Endoscope.Testing.ApiServer;

/// <summary>The paths that the test server knows.</summary>
internal static class ApiRoutes
{
    public static Task HandleAsync(TestApiServer server, HttpContext context, RecordedRequest request)
        => (request.Method, request.Path.Trim('/').Split('/')) switch
        {
            ("GET", ["api", "v1", "pods"]) => ListOrWatchAsync(server, context, null),
            ("GET", ["api", "v1", "namespaces", var ns, "pods"]) => ListOrWatchAsync(server, context, ns),
            ("POST", ["api", "v1", "namespaces", var ns, "pods"]) => CreateAsync(server, context, request, ns),
            ("GET", ["api", "v1", "namespaces", var ns, "pods", var name]) => ReadAsync(server, context, ns, name),
            ("DELETE", ["api", "v1", "namespaces", var ns, "pods", var name]) => DeleteAsync(server, context, request, ns, name),
            ("PATCH", ["api", "v1", "namespaces", var ns, "pods", var name, "ephemeralcontainers"]) => AddEphemeralAsync(server, context, request, ns, name),
            ("GET", ["api", "v1", "namespaces", var ns, "pods", var name, "exec"]) => ExecAsync(server, context, ns, name),
            ("GET", ["api", "v1", "namespaces", _, "events"]) when !server.Objects.ContainsKey(request.Path)
                => WriteAsync(context, 200, """{"kind":"EventList","apiVersion":"v1","metadata":{},"items":[]}"""),
            ("GET", _) when server.Objects.TryGetValue(request.Path, out var json) => WriteAsync(context, 200, json),
            ("PATCH", _) when context.Request.ContentType == "application/apply-patch+yaml" => ApplyAsync(server, context, request),
            (_, var path) => NotFoundAsync(context, path.Length > 1 ? path[^2] : "", path[^1]),
        };

    private static async Task ListOrWatchAsync(TestApiServer server, HttpContext context, string? ns)
    {
        var query = context.Request.Query;
        var filter = PodFilter.From(ns, query);
        if (query["watch"] != "true")
        {
            await WriteAsync(context, 200, KubernetesJson.Serialize(server.Pods.List(filter)));
            return;
        }

        var version = long.Parse(query["resourceVersion"].ToString(), CultureInfo.InvariantCulture);
        context.Response.ContentType = "application/json";
        while (!context.RequestAborted.IsCancellationRequested)
        {
            if (server.Pods.Since(version, filter) is not { } news)
            {
                await context.Response.WriteAsync(
                    """{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","message":"too old resource version","reason":"Expired","code":410}}""" + "\n");
                return;
            }

            foreach (var line in news.Lines)
            {
                await context.Response.WriteAsync(line);
            }

            await context.Response.Body.FlushAsync();
            version = news.Version;
            using var either = CancellationTokenSource.CreateLinkedTokenSource(news.Dropped, context.RequestAborted);
            try
            {
                await news.Changed.WaitAsync(either.Token);
            }
            catch (OperationCanceledException)
            {
                context.Abort();
            }
        }
    }

    private static async Task CreateAsync(TestApiServer server, HttpContext context, RecordedRequest request, string ns)
    {
        var pod = KubernetesJson.Deserialize<V1Pod>(request.BodyText);
        pod.Metadata.NamespaceProperty = ns;
        if (server.Pods.Find(ns, pod.Metadata.Name) is not null)
        {
            await TestApiServer.WriteAsync(
                context, ScriptedAnswer.Failure(409, "AlreadyExists", $"pods \"{pod.Metadata.Name}\" already exists"));
            return;
        }

        if (context.Request.Query["dryRun"] != "All")
        {
            server.Pods.Put(pod);
        }

        await WriteAsync(context, 201, KubernetesJson.Serialize(pod));
        if (context.Request.Query["dryRun"] != "All")
        {
            server.Pods.OnCreated(server.Pods, pod);
        }
    }

    private static Task ReadAsync(TestApiServer server, HttpContext context, string ns, string name)
        => server.Pods.Find(ns, name) is { } pod
            ? WriteAsync(context, 200, KubernetesJson.Serialize(pod))
            : NotFoundAsync(context, "pods", name);

    private static async Task DeleteAsync(TestApiServer server, HttpContext context, RecordedRequest request, string ns, string name)
    {
        if (server.Pods.Find(ns, name) is not { } pod)
        {
            await NotFoundAsync(context, "pods", name);
            return;
        }

        using var options = JsonDocument.Parse(request.Body.Length == 0 ? "{}"u8.ToArray() : request.Body);
        if (options.RootElement.TryGetProperty("preconditions", out var conditions)
            && conditions.TryGetProperty("uid", out var uid) && uid.GetString() != pod.Metadata.Uid)
        {
            await TestApiServer.WriteAsync(context, ScriptedAnswer.Failure(
                409, "Conflict", $"Precondition failed: UID in precondition: {uid}, UID in object meta: {pod.Metadata.Uid}"));
            return;
        }

        server.Pods.Remove(ns, name);
        await WriteAsync(context, 200, KubernetesJson.Serialize(pod));
    }

    // As far as one client is concerned that applies whole objects: the same again changes nothing, another is another version.
    private static Task ApplyAsync(TestApiServer server, HttpContext context, RecordedRequest request)
    {
        var applied = JsonNode.Parse(request.Body)!;
        var before = server.Objects.TryGetValue(request.Path, out var json) ? JsonNode.Parse(json)! : null;
        var version = before is null ? 0 : int.Parse((string)before["metadata"]!["resourceVersion"]!, CultureInfo.InvariantCulture);
        (before?["metadata"] as JsonObject)?.Remove("resourceVersion");
        applied["metadata"]!["resourceVersion"] = Text(JsonNode.DeepEquals(before, applied) ? version : version + 1);
        server.Objects[request.Path] = applied.ToJsonString();
        return WriteAsync(context, before is null ? 201 : 200, server.Objects[request.Path]);

        static string Text(int version) => version.ToString(CultureInfo.InvariantCulture);
    }

    private static async Task AddEphemeralAsync(TestApiServer server, HttpContext context, RecordedRequest request, string ns, string name)
    {
        if (server.Pods.Find(ns, name) is not { } pod)
        {
            await NotFoundAsync(context, "pods", name);
            return;
        }

        var patch = KubernetesJson.Deserialize<V1Pod>(request.BodyText);
        if (patch.Metadata?.Uid is { } uid && uid != pod.Metadata.Uid)
        {
            await TestApiServer.WriteAsync(context, ScriptedAnswer.Failure(
                409, "Conflict", $"Precondition failed: UID in precondition: {uid}, UID in object meta: {pod.Metadata.Uid}"));
            return;
        }

        if (context.Request.Query["dryRun"] == "All")
        {
            await WriteAsync(context, 200, KubernetesJson.Serialize(pod));
            return;
        }

        pod.Spec.EphemeralContainers = [.. pod.Spec.EphemeralContainers ?? [], .. patch.Spec.EphemeralContainers];
        server.Pods.Put(pod);
        await WriteAsync(context, 200, KubernetesJson.Serialize(pod));
        server.Pods.OnEphemeralAdded(server.Pods, pod);
    }

    private static async Task ExecAsync(TestApiServer server, HttpContext context, string ns, string name)
    {
        if (server.Pods.Find(ns, name) is null)
        {
            await NotFoundAsync(context, "pods", name);
            return;
        }

        var offered = ServerHandshake.OfferedProtocols(context);
        if (server.ExecProtocols.FirstOrDefault(offered.Contains) is not { } protocol)
        {
            await TestApiServer.WriteAsync(context, ScriptedAnswer.Failure(400, "BadRequest", "unable to upgrade: no common protocol"));
            return;
        }

        var (socket, gate) = await ServerHandshake.AcceptAsync(context, protocol);
        using var closing = socket;
        var call = new ExecCall(context, socket, gate, ns, name);
        var receiving = call.ReceiveAsync();
        await server.ExecHandler(call, context.RequestAborted);
        if (!call.IsOver)
        {
            await call.ExitAsync(0);
        }

        if (!call.Vanished)
        {
            await receiving;
        }
    }

    private static Task NotFoundAsync(HttpContext context, string resource, string name)
        => TestApiServer.WriteAsync(context, ScriptedAnswer.Failure(404, "NotFound", $"{resource} \"{name}\" not found"));

    private static Task WriteAsync(HttpContext context, int status, string json)
        => TestApiServer.WriteAsync(context, new ScriptedAnswer(status, json));
}
