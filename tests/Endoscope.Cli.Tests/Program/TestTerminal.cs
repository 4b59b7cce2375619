using System.Text;
using Endoscope.Terminal;

namespace Endoscope.Cli.Tests.Program;

/// <summary>Standard streams in memory, none of them a terminal.</summary>
internal sealed class TestTerminal(byte[]? input = null, Stream? output = null) : ITerminal
{
    private readonly MemoryStream written = new();
    private readonly MemoryStream error = new();

    public string Output => Encoding.UTF8.GetString(written.ToArray());

    public string Error => Encoding.UTF8.GetString(error.ToArray());

    public bool IsInputTerminal => false;

    public bool IsOutputTerminal => false;

    public bool IsErrorTerminal => false;

    public Stream StandardInput { get; } = new MemoryStream(input ?? []);

    public Stream StandardOutput => output ?? written;

    public Stream StandardError => error;

    public WindowSize? Size => null;

    public IDisposable OnResize(Action<WindowSize> resized) => throw new NotSupportedException();

    public IDisposable EnterRawMode() => throw new NotSupportedException();

    public IDisposable OnSuspend(Action suspending, Action resumed) => throw new NotSupportedException();

    public void Suspend() => throw new NotSupportedException();
}
