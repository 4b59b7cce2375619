namespace Endoscope.Sessions.Access;

/// <summary>A limit for what must not be cut short at once when the user says stop, lest something stay behind in the cluster.</summary>
internal sealed class Reprieve : IDisposable
{
    private readonly CancellationTokenSource source;
    private readonly CancellationTokenRegistration registration;

    /// <summary>Begins now.</summary>
    /// <param name="limit">How long it may take.</param>
    /// <param name="afterStop">How long it may go on after <paramref name="stop"/>.</param>
    public Reprieve(TimeSpan limit, TimeSpan afterStop, TimeProvider time, CancellationToken stop)
    {
        source = new CancellationTokenSource(limit, time);
        registration = stop.Register(() => source.CancelAfter(afterStop));
    }

    /// <summary>Cancelled when the time is up.</summary>
    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        registration.Dispose();
        source.Dispose();
    }
}
