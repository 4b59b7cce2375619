using System.Text.Json;
using Endoscope.Cli.Ping;

namespace Endoscope.Cli.Output;

/// <summary>For scripts: a finite run gives one document at its end; one without end gives an object a line, the summary last.</summary>
internal sealed class JsonPingView(PingBoard board, TextWriter output, TimeProvider time) : IPingView
{
    private readonly bool follows = board.Run.Count == 0;

    public CancellationToken Quit => CancellationToken.None;

    public void Show(PingChange change)
    {
        if (follows)
        {
            output.WriteLine(JsonSerializer.Serialize(PingEventDocument.For(change), PingLineJson.Default.PingEventDocument));
        }
    }

    public Task FinishAsync(CancellationToken cancellationToken)
    {
        var typeInfo = follows ? PingLineJson.Default.PingDocument : PingDocumentJson.Default.PingDocument;
        output.WriteLine(JsonSerializer.Serialize(PingDocument.For(board, time.GetUtcNow()), typeInfo));
        return output.FlushAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
