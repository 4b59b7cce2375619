namespace Endoscope.Kubernetes.Rest;

/// <summary>Waiting times that grow to a bound, spread so that many clients do not come back at once.</summary>
internal sealed class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Last = TimeSpan.FromSeconds(10);

    private int step;

    public TimeSpan Next() => At(step++, Random.Shared.NextDouble());

    public void Reset() => step = 0;

    /// <summary>The waiting time of a step. Pure.</summary>
    /// <param name="step">From 0.</param>
    /// <param name="chance">From 0 to 1.</param>
    public static TimeSpan At(int step, double chance)
    {
        var full = First * Math.Pow(2, Math.Min(step, 16));
        return (full < Last ? full : Last) * (0.5 + (chance / 2));
    }
}
