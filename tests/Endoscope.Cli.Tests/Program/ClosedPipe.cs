namespace Endoscope.Cli.Tests.Program;

/// <summary>A pipe whose reader has gone.</summary>
internal sealed class ClosedPipe : MemoryStream
{
    private const int Epipe = 32;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        throw new IOException("Broken pipe", Epipe);
}
