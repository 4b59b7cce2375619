using System.CommandLine;

namespace Endoscope.Cli.Capture;

/// <summary>The options of <c>scope capture</c> that bound it.</summary>
internal sealed class EndOptions
{
    private const int DefaultMaxPods = 50;
    private const int MostMaxPods = 1000;

    private readonly Option<TimeSpan> duration = new("--duration") { HelpName = "TIME", Description = "End after this time", CustomParser = OptionParsers.Duration };
    private readonly Option<int> packets = new("--packets") { HelpName = "NUMBER", Description = "End after so many packets", CustomParser = OptionParsers.Whole(1, int.MaxValue) };
    private readonly Option<long> size = new("--size") { HelpName = "SIZE", Description = "End when so much is written (100M)", CustomParser = OptionParsers.Size };
    private readonly Option<int> maxPods = new("--max-pods")
    {
        HelpName = "NUMBER",
        Description = "Capture so many pods at most (default: 50)",
        CustomParser = OptionParsers.Whole(1, MostMaxPods),
    };

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [duration, packets, size, maxPods];

    /// <summary>What they ask for.</summary>
    public CaptureSettings Read(ParseResult result) => new()
    {
        CommandLine = CommandLineText.Format(result.Tokens.Select(token => token.Value)),
        Duration = result.GetResult(duration) is null ? null : result.GetValue(duration),
        Packets = result.GetResult(packets) is null ? null : result.GetValue(packets),
        Size = result.GetResult(size) is null ? null : result.GetValue(size),
        MaxPods = result.GetResult(maxPods) is null ? DefaultMaxPods : result.GetValue(maxPods),
    };
}
