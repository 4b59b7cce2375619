using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Text;
using Endoscope.Kubernetes.Authentication;
using Endoscope.Kubernetes.Configuration;
using Endoscope.Kubernetes.Security;

namespace Endoscope.Kubernetes.Rest;

/// <summary>
/// Sends requests: adds the credentials, renews them once when they are refused, repeats what may be repeated, and turns every
/// failure into a <see cref="ClusterException"/>. All connections, those of exec too, come from here.
/// </summary>
internal sealed class ApiTransport : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);

    // The API server gives up on a request of its own after a minute, most of which a webhook may take that checks what is written.
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(30);

    private const int MaxErrorBody = 64 * 1024;

    private readonly string root;
    private readonly Uri server;
    private readonly Uri? proxy;
    private readonly ServerTrust? trust;
    private readonly ServerTrust? proxyTrust;
    private readonly ICredentialSource credentials;
    private readonly Impersonation impersonate;
    private readonly TimeSpan? requestTimeout;
    private readonly Lock gate = new();
    private readonly List<HttpMessageInvoker> retired = [];
    private HttpMessageInvoker? invoker;
    private SslStreamCertificateContext? certificate;

    public ApiTransport(ConnectionPlan plan, ICredentialSource credentials, TimeProvider time)
    {
        server = plan.Server;
        root = plan.Server.GetLeftPart(UriPartial.Path).TrimEnd('/');
        proxy = plan.Proxy;
        trust = plan.Server.Scheme == "https" ? ServerTrust.From(plan.Cluster, plan.Server) : null;
        proxyTrust = ServerTrust.FromProxy(plan.Cluster, proxy);
        this.credentials = credentials;
        impersonate = plan.User.Impersonate;
        requestTimeout = plan.RequestTimeout;
        Time = time;
    }

    public TimeProvider Time { get; }

    public string Authority => server.Authority;

    /// <summary>How long the body of an answer may take, if the user set a limit, and how long it may pause.</summary>
    public (TimeSpan? Whole, TimeSpan Pause) BodyLimits => (requestTimeout, ReadTimeout);

    /// <summary>The answer, once its headers are there and say that the request was done.</summary>
    public async Task<HttpResponseMessage> SendAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var renewed = false;
        for (var attempt = 1; ; attempt++)
        {
            var current = await credentials.GetAsync(cancellationToken);
            var response = await SendOnceAsync(request, current, cancellationToken);
            if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.SwitchingProtocols)
            {
                return response;
            }

            using (response)
            {
                if (response.StatusCode == HttpStatusCode.Unauthorized && !renewed && credentials.Forget(current))
                {
                    renewed = true;
                    continue;
                }

                if (RetryPolicy.Delay(request, response, attempt, Time) is { } delay)
                {
                    await Task.Delay(delay, Time, cancellationToken);
                    continue;
                }

                throw ApiErrors.From(response.StatusCode, await ReadErrorBodyAsync(response, cancellationToken), request);
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            invoker?.Dispose();
            retired.ForEach(invoker => invoker.Dispose());
        }
    }

    /// <summary>What a failure on the wire means, as an exception to throw.</summary>
    public Exception Explain(Exception e, CancellationToken cancellationToken)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause is ClusterException known)
            {
                return known;
            }
        }

        if (e is OperationCanceledException)
        {
            return cancellationToken.IsCancellationRequested
                ? e
                : new ConnectionLostException($"no answer from {Authority} in time", e, requestTimeout is null ? null : "--request-timeout gives it longer");
        }

        return new ConnectionLostException($"the connection to {Authority} broke: {(e.InnerException ?? e).Message}", e);
    }

    private async Task<HttpResponseMessage> SendOnceAsync(ApiRequest request, Credentials credentials, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(requestTimeout ?? (request.Method == HttpMethod.Get && request.Upgrade.Count == 0 ? ReadTimeout : WriteTimeout), Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await InvokerFor(credentials.Certificate).SendAsync(Message(request, credentials), either.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            throw Explain(e, cancellationToken);
        }
    }

    private HttpRequestMessage Message(ApiRequest request, Credentials credentials)
    {
        var message = new HttpRequestMessage(request.Method, root + request.PathAndQuery())
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var headers = message.Headers;
        headers.TryAddWithoutValidation("Accept", request.Accept);
        headers.TryAddWithoutValidation("User-Agent", UserAgent.Value);
        if (credentials.Authorization is { } authorization && !headers.TryAddWithoutValidation("Authorization", authorization))
        {
            throw new ClusterException("the credentials hold a line break, so they cannot be sent");
        }

        ImpersonationHeaders.Add(headers, impersonate);
        foreach (var (name, value) in request.Upgrade)
        {
            headers.TryAddWithoutValidation(name, value);
        }

        if (request.Body is { } body)
        {
            message.Content = new ReadOnlyMemoryContent(body);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", request.BodyType);
        }

        return message;
    }

    private HttpMessageInvoker InvokerFor(SslStreamCertificateContext? certificate)
    {
        lock (gate)
        {
            if (invoker is not null && ReferenceEquals(this.certificate, certificate))
            {
                return invoker;
            }

            // Idle connections still show the old certificate. Requests under way keep theirs, so nothing is closed yet.
            if (invoker is not null)
            {
                retired.Add(invoker);
            }

            this.certificate = certificate;
            var connector = new TlsConnector(server, proxy, trust, proxyTrust, certificate);
            return invoker = new HttpMessageInvoker(new SocketsHttpHandler
            {
                UseCookies = false,
                UseProxy = false,
                AllowAutoRedirect = false,
                ActivityHeadersPropagator = null,
                ConnectTimeout = ConnectTimeout,
                PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
                RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
                ConnectCallback = (_, token) => connector.ConnectAsync(token),
                PlaintextStreamFilter = (filter, _) => ValueTask.FromResult<Stream>(impersonate.User is null ? filter.PlaintextStream : new RepeatedHeaders(filter.PlaintextStream)),
            });
        }
    }

    private static async Task<byte[]> ReadErrorBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = new byte[MaxErrorBody];
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken);
            return body[..length];
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return [];
        }
    }
}
