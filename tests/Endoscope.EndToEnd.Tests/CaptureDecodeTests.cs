using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Endoscope.EndToEnd.Tests;

/// <summary>A line a packet: scope's own, held against what tshark says of the same packets, and tshark's.</summary>
public sealed partial class CaptureDecodeTests(Cluster cluster) : IDisposable
{
    private const int Interrupt = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    private string File => Path.Combine(folder.FullName, "out.pcapng");

    public void Dispose() => folder.Delete(recursive: true);

    [ClusterFact]
    public async Task SaysWhatTsharkSays()
    {
        var address = await AddressAsync("static");
        using var scope = cluster.StartScope("web", "-o", "json", "capture", "--decode=own", "-w", File);
        await PingUntilSeenAsync(scope, "web", address, "echo reply");
        await OnWebAsync("wget", "-q", "-O-", $"http://{address}:8080/");
        await OnWebAsync("sh", "-c", $"nslookup -type=a db.shop.svc {address}; ping -c 1 -W 1 {address[..address.LastIndexOf('.')]}.250; true");
        await scope.PrintsAsync("db.shop.svc");
        await scope.PrintsAsync("port unreachable");
        await scope.PrintsAsync("GET / HTTP/1.1");
        scope.Signal(Interrupt);
        var result = await scope.EndAsync();

        Assert.Equal(0, result.ExitCode);
        var ours = result.Lines.Select(line => JsonDocument.Parse(line).RootElement).Select(Ours).ToList();
        var theirs = (await TsharkAsync()).Select(Theirs).ToList();
        Assert.Equal(theirs.Where(line => line.Length > 0), ours.Where(line => line.Length > 0));
        Assert.Contains(ours, line => line.Contains("HTTP GET /", StringComparison.Ordinal));
        Assert.Contains(result.Lines, line => line.Contains($"\"name\":\"static.{cluster.Namespace}.pod\"", StringComparison.Ordinal));
    }

    [ClusterFact]
    public async Task ShowsTsharksLinesWithNames()
    {
        using var scope = cluster.StartScope("web", "capture", "--decode=tshark", "-f", "icmp");
        await PingUntilSeenAsync(scope, "web", await AddressAsync("static"), $@"{cluster.Namespace}/web:eth0 Outbound web\.{cluster.Namespace}\.pod .* static\.{cluster.Namespace}\.pod +ICMP");
        scope.Signal(Interrupt);
        var result = await scope.EndAsync();

        Assert.Equal(0, result.ExitCode);
        Assert.DoesNotContain("Running as user", result.Stderr);
    }

    private async Task<string> AddressAsync(string pod) => (await cluster.PodAsync(pod)).GetProperty("status").GetProperty("podIP").GetString()!;

    private Task<string> OnWebAsync(params string[] command) => Cluster.KubectlAsync(["exec", "-n", cluster.Namespace, "web", "--", .. command]);

    // The capture begins at some time; then pings are seen.
    private Task PingUntilSeenAsync(Command scope, string from, string address, string pattern) => Cluster.UntilAsync(
        () => $"{pattern}; there was:\n{scope.OutputSoFar}",
        Patience,
        async () =>
        {
            await Cluster.KubectlAsync("exec", "-n", cluster.Namespace, from, "--", "ping", "-c", "1", address);
            return Regex.IsMatch(scope.OutputSoFar, pattern);
        });

    private async Task<string[]> TsharkAsync()
    {
        string[] fields =
        [
            "frame.time_epoch", "ip.src", "ip.dst", "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.len", "tcp.flags.syn", "tcp.flags.fin", "tcp.flags.reset",
            "icmp.type", "icmp.ident", "icmp.seq", "icmp.code", "dns.qry.name", "dns.id", "http.request.method", "http.request.uri", "http.response.code", "udp.srcport", "tcp.flags.ack",
        ];

        // An answer in several segments is to be told of at the first, as ours is, and not where it is whole.
        var result = await Command.RunAsync("tshark", ["-r", File, "-o", "tcp.desegment_tcp_streams:FALSE", "-T", "fields", "-E", "occurrence=f", .. fields.SelectMany(field => (string[])["-e", field])]);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Lines;
    }

    // Of both the same is made: who, whom, and the numbers and words of the protocols that matter.
    private static string Theirs(string line)
    {
        var field = line.Split('\t');
        var (source, destination) = (field[1], field[2]);
        if (source.Length == 0)
        {
            return "";
        }

        var tcp = field[3].Length > 0
            ? $" {field[3]}>{field[4]} {field[5]} {(Flag(field[21], "ACK").Length > 0 ? field[6] : "")} {field[7]}{Flag(field[8], "SYN")}{Flag(field[9], "FIN")}{Flag(field[10], "RST")}"
            : "";
        var http = field[17].Length > 0 ? $" HTTP {field[17]} {field[18]}" : field[19].Length > 0 ? $" HTTP {field[19]}" : "";
        var icmp = field[11] switch
        {
            "8" => $" request {Identifier(field[12])} {field[13]}",
            "0" => $" reply {Identifier(field[12])} {field[13]}",
            "3" => $" unreachable {field[14]}",
            _ => "",
        };
        var dns = field[16].Length > 0 && icmp.Length == 0 ? $" DNS {field[16]} {field[15]}" : "";
        return $"{source} {destination}{tcp}{http}{icmp}{dns}";
    }

    private static string Ours(JsonElement line)
    {
        var (source, destination) = (line.GetProperty("source"), line.GetProperty("destination"));
        var info = line.GetProperty("info").GetString()!;
        if (!source.TryGetProperty("address", out var from) || from.GetString()!.Contains(':', StringComparison.Ordinal))
        {
            return "";
        }

        var ends = $"{from.GetString()} {destination.GetProperty("address").GetString()}";
        var tcp = TcpHeader().Match(info) is { Success: true } header
            ? $" {source.GetProperty("port")}>{destination.GetProperty("port")} {header.Groups["seq"]} {header.Groups["ack"]} {header.Groups["len"]}"
                + string.Concat(((string[])["SYN", "FIN", "RST"]).Where(flag => header.Groups["flags"].Value.Contains(flag, StringComparison.Ordinal)).Select(flag => $" {flag}"))
            : "";
        var http = line.GetProperty("protocol").ValueEquals("HTTP")
            ? info.StartsWith("HTTP/", StringComparison.Ordinal) ? $" HTTP {info.Split(' ')[1]}" : $" HTTP {info.Split(' ')[0]} {info.Split(' ')[1]}"
            : "";
        var icmp = Echo().Match(info) is { Success: true } echo
            ? $" {echo.Groups["kind"]} {echo.Groups["id"]} {echo.Groups["seq"]}"
            : info.StartsWith("port unreachable", StringComparison.Ordinal) ? " unreachable 3" : info.StartsWith("host unreachable", StringComparison.Ordinal) ? " unreachable 1" : "";
        var dns = Dns().Match(info) is { Success: true } message ? $" DNS {message.Groups["id"]} {message.Groups["name"]}" : "";
        return $"{ends}{tcp}{http}{icmp}{dns}";
    }

    // Some versions of tshark write it in hexadecimal.
    private static string Identifier(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? int.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)
        : text;

    private static string Flag(string value, string name) => value is "1" or "True" ? $" {name}" : "";

    [GeneratedRegex(@"\[(?<flags>[A-Z ]*)\] seq=(?<seq>\d+)( ack=(?<ack>\d+))? win=\d+ len=(?<len>\d+)$")]
    private static partial Regex TcpHeader();

    [GeneratedRegex(@"^echo (?<kind>request|reply) id=(?<id>\d+) seq=(?<seq>\d+)")]
    private static partial Regex Echo();

    [GeneratedRegex(@"^(query|response) (?<id>0x[0-9a-f]{4}) \S+ (?<name>[^ :]+)")]
    private static partial Regex Dns();
}
