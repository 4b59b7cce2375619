using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Endoscope.Testing.ApiServer;

/// <summary>
/// A Kubernetes API server as far as Endoscope needs one, in the test's own process: real TLS and real WebSockets on a loopback port.
/// Put pods into <see cref="Pods"/>, say with <see cref="OnExec"/> what commands do, write a kubeconfig with <see cref="WriteKubeconfig"/>,
/// and look into <see cref="Requests"/> afterwards.
/// </summary>
public sealed class TestApiServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<RecordedRequest> requests = new();
    private readonly List<Func<RecordedRequest, ScriptedAnswer?>> answers = [];
    private readonly List<string> directories = [];

    private TestApiServer(X509Certificate2? certificate, TestCertificates certificates)
    {
        Certificates = certificates;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            // Kestrel's own limits on slow clients are not a real API server's.
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                if (certificate is not null)
                {
                    listen.UseHttps(new HttpsConnectionAdapterOptions
                    {
                        ServerCertificate = certificate,
                        ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                        ClientCertificateValidation = (_, _, _) => true,
                    });
                }
            });
        });
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        app = builder.Build();
        app.Run(HandleAsync);
    }

    /// <summary>The authority that signed the server's certificate; signs client certificates as well.</summary>
    public TestCertificates Certificates { get; }

    /// <summary>Where the server listens, by IP address.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The pods.</summary>
    public PodStore Pods { get; } = new();

    /// <summary>Every other object, as JSON by the path that a GET asks for.</summary>
    public ConcurrentDictionary<string, string> Objects { get; } = new();

    /// <summary>What was asked, in order.</summary>
    public IReadOnlyList<RecordedRequest> Requests => [.. requests];

    /// <summary>Awaited before a request is answered, so that a test can have the server take its time.</summary>
    public Func<RecordedRequest, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>The exec subprotocols that the server speaks, the best first.</summary>
    public IReadOnlyList<string> ExecProtocols { get; set; } = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

    internal Func<ExecCall, CancellationToken, Task> ExecHandler { get; private set; } = (call, _) => call.ExitAsync(0);

    /// <summary>Starts a server on a free port of 127.0.0.1.</summary>
    /// <param name="certificate">The server's certificate; by default one of <paramref name="certificates"/> for localhost and 127.0.0.1.</param>
    /// <param name="plain">Without TLS.</param>
    public static async Task<TestApiServer> StartAsync(
        X509Certificate2? certificate = null, TestCertificates? certificates = null, bool plain = false)
    {
        certificates ??= new TestCertificates();
        var server = new TestApiServer(plain ? null : certificate ?? certificates.IssueServer(["localhost", "127.0.0.1"]), certificates);
        await server.app.StartAsync();
        var addresses = server.app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        server.Address = new Uri(addresses.Addresses.Single());
        return server;
    }

    /// <summary>Says what commands do. A handler that returns without ending the call ends it with exit code 0.</summary>
    public void OnExec(Func<ExecCall, CancellationToken, Task> handler) => ExecHandler = handler;

    /// <summary>Answers what the function does not return null for, exec upgrades too, in its own way.</summary>
    public void Answer(Func<RecordedRequest, ScriptedAnswer?> answer) => answers.Add(answer);

    /// <summary>Writes a kubeconfig for this server into a directory that goes with the server, and returns its path.</summary>
    /// <param name="user">The lines of the user entry, such as <c>token: secret</c>.</param>
    /// <param name="cluster">More lines of the cluster entry.</param>
    /// <param name="host">Another name for 127.0.0.1 to connect by.</param>
    /// <param name="ca">Another authority's PEM; empty for none.</param>
    public string WriteKubeconfig(
        string user = "token: test-token", string cluster = "", string? host = null, string? ca = null, string? ns = null)
    {
        var directory = Directory.CreateTempSubdirectory("scope-test-").FullName;
        directories.Add(directory);
        var path = Path.Combine(directory, "config");
        File.WriteAllText(path, KubeconfigText.Write(
            host is null ? Address : new UriBuilder(Address) { Host = host }.Uri,
            Address.Scheme == "http" ? "" : ca ?? Certificates.AuthorityPem, user, cluster, ns));
        return path;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Pods.DropWatches();
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await app.StopAsync(patience.Token);
        await app.DisposeAsync();
        directories.ForEach(directory => Directory.Delete(directory, recursive: true));
    }

    private async Task HandleAsync(HttpContext context)
    {
        var request = await RecordAsync(context);
        await Before(request);
        if (answers.Select(answer => answer(request)).FirstOrDefault(answer => answer is not null) is { } scripted)
        {
            await WriteAsync(context, scripted);
            return;
        }

        await ApiRoutes.HandleAsync(this, context, request);
    }

    internal static async Task WriteAsync(HttpContext context, ScriptedAnswer answer)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/json";
        foreach (var (name, value) in answer.Headers)
        {
            context.Response.Headers[name] = value;
        }

        await context.Response.WriteAsync(answer.Body);
    }

    private async Task<RecordedRequest> RecordAsync(HttpContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = new RecordedRequest(
            context.Request.Method,
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            context.Request.Headers.ToDictionary(header => header.Key, header => string.Join('\n', header.Value.ToArray()), StringComparer.OrdinalIgnoreCase),
            body.ToArray(),
            context.Connection.ClientCertificate?.Subject,
            context.Connection.Id);
        requests.Enqueue(request);
        return request;
    }
}
