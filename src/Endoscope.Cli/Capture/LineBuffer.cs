using System.Text;

namespace Endoscope.Cli.Capture;

/// <summary>Lines of data on their way to a stream, in large pieces.</summary>
internal sealed class LineBuffer(Stream output)
{
    private readonly StringBuilder lines = new();

    /// <summary>Adds a line.</summary>
    public void Add(string line) => lines.Append(line).Append('\n');

    /// <summary>Hands over what was added.</summary>
    /// <exception cref="IOException">It is not taken.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (lines.Length > 0)
        {
            var bytes = Encoding.UTF8.GetBytes(lines.ToString());
            lines.Clear();

            // A write to a pipe that nobody empties goes on for ever; whoever has no more time for it leaves it alone.
            await output.WriteAsync(bytes, CancellationToken.None).AsTask().WaitAsync(cancellationToken);
            await output.FlushAsync(cancellationToken);
        }
    }
}
