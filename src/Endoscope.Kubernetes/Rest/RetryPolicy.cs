using System.Net;

namespace Endoscope.Kubernetes.Rest;

/// <summary>Which refusals pass by themselves, and how long to wait for that. Pure.</summary>
internal static class RetryPolicy
{
    private const int MaxAttempts = 5;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(10);

    /// <summary>How long to wait before asking again; null to give up.</summary>
    /// <param name="attempt">How often it was tried, from 1.</param>
    public static TimeSpan? Delay(ApiRequest request, HttpResponseMessage response, int attempt, TimeProvider time)
    {
        // 429 means that nothing was done, so anything may be repeated; after a 5xx only what changes nothing.
        var passes = response.StatusCode == HttpStatusCode.TooManyRequests
            || (IsServerTrouble(response.StatusCode) && request.Method == HttpMethod.Get && request.Upgrade.Count == 0);
        if (!passes || attempt >= MaxAttempts)
        {
            return null;
        }

        var asked = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => FirstDelay * (1 << (attempt - 1)),
        };
        return asked > MaxDelay ? null : asked < TimeSpan.Zero ? TimeSpan.Zero : asked;
    }

    private static bool IsServerTrouble(HttpStatusCode code) => code is HttpStatusCode.InternalServerError
        or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;
}
