using System.CommandLine;
using Endoscope.Protocol;

namespace Endoscope.Cli.Capture;

/// <summary>The options of <c>scope capture</c> that say which packets.</summary>
internal sealed class PacketOptions
{
    private const long DefaultBuffer = 64 << 20;
    private const int KubeletPort = 10250;

    private readonly Option<string> filter = new("--filter", "-f") { HelpName = "FILTER", Description = "Only packets that match, in libpcap's language (tcp port 5432)" };
    private readonly Option<string[]> interfaces = new("--interface", "-i")
    {
        HelpName = "NAME",
        Description = "An interface of the pods; can be given again (default: all that are up, but loopback; any: all in one)",
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<int> snapLength = new("--snaplen")
    {
        HelpName = "BYTES",
        Description = "Keep so much of each packet (default: all)",
        CustomParser = OptionParsers.Whole(1, PacketEncoder.LongestPacket),
    };

    private readonly Option<long> buffer = new("--buffer") { HelpName = "SIZE", Description = "The kernel's buffers on each node, all together (default: 64M)", CustomParser = OptionParsers.Size };

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [filter, interfaces, snapLength, buffer];

    /// <summary>What the agents are asked.</summary>
    public CaptureRequest Plan(ParseResult result, int defaultSnapLength = PacketEncoder.LongestPacket) => new()
    {
        Filter = result.GetValue(filter) is { Length: > 0 } text ? text : null,
        Interfaces = result.GetValue(interfaces) ?? [],
        SnapLength = result.GetResult(snapLength) is null ? defaultSnapLength : result.GetValue(snapLength),
        BufferBytes = result.GetResult(buffer) is null ? DefaultBuffer : result.GetValue(buffer),
        KubeletPort = KubeletPort,
    };
}
