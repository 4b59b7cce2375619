using System.CommandLine;
using System.CommandLine.Parsing;

namespace Endoscope.Cli.Capture;

/// <summary>The options of <c>scope capture</c> that say where the packets go.</summary>
internal sealed class DestinationOptions
{
    private readonly Option<string> file = new("--write", "-w") { HelpName = "FILE", Description = "Where the packets go, as pcapng; -: standard output" };
    private readonly Option<Ring> ring = new("--ring") { HelpName = "FILESxSIZE", Description = "Write a ring of files instead of one (10x100M), the oldest deleted", CustomParser = ParseRing };
    private readonly Option<bool> wireshark = new("--wireshark") { Description = "Show the packets in Wireshark, live; closing it ends the capture" };
    private readonly Option<string> decode = new("--decode")
    {
        HelpName = "auto|own|tshark",
        Description = "Show a line a packet: tshark's where it is there (auto), or scope's own",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public DestinationOptions() => decode.AcceptOnlyFromAmong("auto", "own", "tshark");

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [file, ring, wireshark, decode];

    /// <summary>What they ask for.</summary>
    public CaptureDestination Read(ParseResult result) => new(result.GetValue(file), result.GetValue(ring), result.GetValue(wireshark), Choice(result));

    private Decoder Choice(ParseResult result) => result.GetResult(decode) is not { Implicit: false }
        ? Decoder.None
        : result.GetValue(decode) switch
        {
            "own" => Decoder.Own,
            "tshark" => Decoder.Tshark,
            _ => Decoder.Auto,
        };

    private static Ring? ParseRing(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text.Split('x', '×') is [var files, var size] && int.TryParse(files, out var count) && count is >= 2 and <= 100_000
            && OptionParsers.TrySize(size) is >= 1 << 16 and var bytes)
        {
            return new Ring(count, bytes);
        }

        result.AddError($"'{text}' is not a ring of files: write 10x100M, at least 2 files of at least 64K");
        return null;
    }
}
