namespace Endoscope.Terminal;

/// <summary>Runs an action at the first dispose.</summary>
internal sealed class Registration(Action undo) : IDisposable
{
    private Action? undo = undo;

    public void Dispose() => Interlocked.Exchange(ref undo, null)?.Invoke();
}
