using Endoscope.Cli.Ping;
using Endoscope.Terminal;

namespace Endoscope.Cli.Output;

/// <summary>A line an answer, then a table: for pipes, files and plain terminals.</summary>
/// <param name="board">The run.</param>
/// <param name="output">Where results go.</param>
/// <param name="status">Where what is no result goes.</param>
/// <param name="width">The terminal's width, or null where there is none.</param>
/// <param name="colors">Whether losses are red.</param>
internal sealed class PlainPingView(PingBoard board, TextWriter output, TextWriter status, Func<int?> width, ColorSupport colors) : IPingView
{
    private const string Red = "\e[31m";
    private const string Normal = "\e[0m";

    private int nameWidth;
    private int addressWidth;

    public CancellationToken Quit => CancellationToken.None;

    public void Show(PingChange change)
    {
        // All that are there at the beginning come before the first answer, which is therefore as wide as the last.
        if (change is Came { Destination: var one })
        {
            Widen(one);
        }
        else if (change is AddressChanged { Destination: var moved })
        {
            Widen(moved);
        }

        switch (change)
        {
            case Answered answered:
                Line(answered.Destination, $"seq={answered.Sequence} time={PingText.Milliseconds(answered.RoundTrip)} ms");
                break;
            case AnsweredAgain again:
                Line(again.Destination, $"seq={again.Sequence} time={PingText.Milliseconds(again.RoundTrip)} ms, a duplicate or late");
                break;
            case TimedOut late:
                Line(late.Destination, $"seq={late.Sequence} timed out", isBad: true);
                break;
            case NotSent unsent:
                Line(unsent.Destination, $"seq={unsent.Sequence} not sent: the source's kernel refused", isBad: true);
                break;
            case ErrorReceived error:
                Line(error.Destination, TerminalText.Escape($"{error.Kind} from {error.From}"), isBad: true);
                break;
            case Came { Destination: { Address: null } came }:
                Tell($"{PingText.Name(came)} is not pinged: {PingText.Trouble(came)}");
                break;
            case Came came when board.LatestSequence >= 0:
                Tell($"{PingText.Name(came.Destination)} came, with address {came.Destination.Address}");
                break;
            case AddressChanged { Destination: { Address: { } address } changed }:
                Tell($"{PingText.Name(changed)} has address {address} now");
                break;
            case AddressChanged { Destination: var lost }:
                Tell($"{PingText.Name(lost)} is not pinged any more: {PingText.Trouble(lost)}");
                break;
            case Left left:
                Tell($"{PingText.Name(left.Destination)} is {PingText.Trouble(left.Destination)}");
                break;
            case Notice notice:
                Tell(TerminalText.Escape(notice.Text));
                break;
        }
    }

    public Task FinishAsync(CancellationToken cancellationToken)
    {
        output.Write("\n" + PingSummary.Format(board, width()));
        return output.FlushAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Line(PingDestination destination, string what, bool isBad = false)
    {
        Widen(destination);
        var line = $"{PingText.Name(destination).PadRight(nameWidth)}  {Address(destination).PadRight(addressWidth)}  {what}";
        output.WriteLine(isBad && colors != ColorSupport.None ? Red + line + Normal : line);
    }

    // The columns only ever widen, so that lines stay below each other.
    private void Widen(PingDestination destination)
    {
        nameWidth = Math.Max(nameWidth, PingText.Name(destination).Length);
        addressWidth = Math.Max(addressWidth, Address(destination).Length);
    }

    private static string Address(PingDestination destination) => destination.LastAddress?.ToString() ?? "";

    private void Tell(string line) => status.WriteLine("scope: " + line);
}
