using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Endoscope.Kubernetes.Rest;

/// <summary>Requests whose answer is one JSON object.</summary>
internal static class ApiTransportJson
{
    // A list page of 500 large pods is about 20 MB; anything near this is not an answer to what we ask.
    private const int MaxBody = 256 * 1024 * 1024;

    public static async Task<T> SendAsync<T>(
        this ApiTransport transport, ApiRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await transport.SendAsync(request, cancellationToken);
        var body = await ReadBodyAsync(transport, response, cancellationToken);
        try
        {
            return JsonSerializer.Deserialize(body.Span, type)
                ?? throw new ClusterException($"{transport.Authority} answered null to {request.Verb} {request.FullResource}");
        }
        catch (JsonException e)
        {
            throw new ClusterException($"{transport.Authority} sent something unreadable for {request.FullResource}: {e.Message}", inner: e);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(
        ApiTransport transport, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = new MemoryStream((int)Math.Min(response.Content.Headers.ContentLength ?? 16 * 1024, MaxBody));
        var (whole, pause) = transport.BodyLimits;
        using var limit = new CancellationTokenSource(whole ?? pause, transport.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(either.Token);
            var part = new byte[64 * 1024];
            while (await stream.ReadAsync(part, either.Token) is > 0 and var count)
            {
                body.Write(part, 0, count);
                if (body.Length > MaxBody)
                {
                    throw new ClusterException($"{transport.Authority} sent more than {MaxBody >> 20} MiB at once");
                }

                if (whole is null)
                {
                    limit.CancelAfter(pause);
                }
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            throw transport.Explain(e, cancellationToken);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }
}
