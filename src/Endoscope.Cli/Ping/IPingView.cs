namespace Endoscope.Cli.Ping;

/// <summary>Shows a run of ping to its user. One caller at a time.</summary>
internal interface IPingView : IAsyncDisposable
{
    /// <summary>Cancelled when the user asks, in the view itself, to end.</summary>
    CancellationToken Quit { get; }

    /// <summary>Shows what happened on the board.</summary>
    void Show(PingChange change);

    /// <summary>Shows the result; nothing is shown after it.</summary>
    Task FinishAsync(CancellationToken cancellationToken);
}
