using System.Globalization;
using System.Text.RegularExpressions;
using Endoscope.Sessions;

namespace Endoscope.Cli.Istio;

/// <summary>Reads what a target's iptables hold, and plans their change. Pure.</summary>
internal static partial class IstioRules
{
    /// <summary>
    /// Prints the rules of every kind of iptables. Asked without a table's name, the legacy ones make no table that was not there. Without
    /// NET_ADMIN and NET_RAW (bits 12 and 13) some of them would show no rules instead of failing.
    /// </summary>
    public const string Survey =
        """
        rights=$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)
        (((0x$rights >> 12 & 3) == 3)) || { echo "# unprivileged"; exit 0; }
        said=${TMPDIR:-/tmp}/scope-istio.$$
        for tool in iptables-legacy iptables-nft ip6tables-legacy ip6tables-nft; do
          echo "# tool $tool"
          $tool-save 2> "$said" || { echo "# failed"; cat "$said" >&2; }
        done
        rm -f "$said"
        echo "# native"
        nft list tables 2> /dev/null
        true
        """;

    /// <summary>
    /// Applies restore texts, given as triples of tool, text and text that undoes it, each text all or nothing; if one fails those before it are
    /// undone. With <c>hold</c> it says so, waits until its input ends, and undoes them.
    /// </summary>
    public const string Change =
        """
        trap '' HUP INT QUIT TERM PIPE
        mode=$1; shift
        steps=("$@") count=0 failed=
        undo() {
          while ((count > 0)); do
            ((count -= 1))
            "${steps[count * 3]}-restore" --noflush --wait 5 <<< "${steps[count * 3 + 2]}" || failed=yes
          done
        }
        while ((count * 3 < $#)); do
          "${steps[count * 3]}-restore" --noflush --wait 5 <<< "${steps[count * 3 + 1]}" || { undo; exit 1; }
          ((count += 1))
        done
        [ "$mode" = hold ] || exit 0
        echo open
        read -r _
        undo
        [ -n "$failed" ] || echo closed
        """;

    private const string TakenChain = "SCOPE_OPEN_";

    /// <summary>Reads what <see cref="Survey"/> printed.</summary>
    /// <exception cref="SessionException">Not everything could be read.</exception>
    public static IstioFindings Parse(string survey)
    {
        if (survey.StartsWith("# unprivileged", StringComparison.Ordinal))
        {
            throw new SessionException(
                "the target's iptables cannot be read without NET_ADMIN and NET_RAW", "leave --profile out, or give --profile netadmin: a container with these rights is then used");
        }

        var parts = Regex.Split(survey, "^# tool ", RegexOptions.Multiline).Skip(1).ToArray();
        if (parts.All(part => part.Contains("\n# failed", StringComparison.Ordinal)))
        {
            throw new SessionException("the target's iptables cannot be read", "scope cleanup, then the command again, makes a debug pod with the rights that it needs");
        }

        var native = survey[Math.Max(survey.IndexOf("\n# native", StringComparison.Ordinal), 0)..].Split('\n')
            .Where(line => line.StartsWith("table ", StringComparison.Ordinal) && line.Contains("istio", StringComparison.OrdinalIgnoreCase));
        return new IstioFindings([.. parts.Select(ParseTool).OfType<IstioRedirect>()], [.. native.Select(line => line["table ".Length..])]);
    }

    /// <summary>The steps that take the jumps out, for <see cref="Change"/>.</summary>
    public static IReadOnlyList<string> Open(IstioFindings found) =>
        [.. found.Redirects.Where(redirect => redirect.Jumps.Count > 0).SelectMany(redirect => (string[])[redirect.Tool, TakeOut(redirect), PutBack(redirect.Jumps, int.MaxValue)])];

    /// <summary>The steps that put taken jumps back.</summary>
    public static IReadOnlyList<string> Close(IstioFindings found) =>
        [.. found.Redirects.Where(redirect => redirect.Taken.Count > 0).SelectMany(redirect => (string[])[redirect.Tool, PutBack(redirect.Taken, redirect.OutputRules), Table("")])];

    private static IstioRedirect? ParseTool(string part)
    {
        var lines = part.Split('\n');
        var nat = lines.SkipWhile(line => line != "*nat").TakeWhile(line => line != "COMMIT").ToArray();
        var output = nat.Where(line => line.StartsWith("-A OUTPUT ", StringComparison.Ordinal)).Select(line => line["-A OUTPUT ".Length..]).ToArray();
        var jumps = output.Select((rule, i) => new IstioJump(i + 1, rule)).Where(jump => Jump().IsMatch(jump.Rule));
        var taken = nat.Select(line => Taken().Match(line)).Where(match => match.Success)
            .Select(match => new IstioJump(int.Parse(match.Groups["position"].Value, CultureInfo.InvariantCulture), match.Groups["rule"].Value));
        var port = nat.Select(line => Port().Match(line)).FirstOrDefault(match => match.Success)?.Groups["port"].Value;
        return nat.Any(line => line.StartsWith(":ISTIO_OUTPUT ", StringComparison.Ordinal))
            ? new IstioRedirect(
                lines[0], [.. jumps], [.. taken.OrderBy(jump => jump.Position)], output.Length, port is null ? null : int.Parse(port, CultureInfo.InvariantCulture),
                nat.Any(line => line.StartsWith(":ISTIO_PRERT ", StringComparison.Ordinal)))
            : null;
    }

    // The rules that are taken out stay in the kernel, each in a chain that nothing leads to and that is named for its place.
    private static string TakeOut(IstioRedirect redirect) => Table(string.Concat(redirect.Jumps.Select(jump =>
        $":{TakenChain}{jump.Position} - [0:0]\n-A {TakenChain}{jump.Position} {jump.Rule}\n-D OUTPUT {jump.Rule}\n")));

    // From the first to the last each finds its old place, if OUTPUT has not become shorter meanwhile.
    private static string PutBack(IReadOnlyList<IstioJump> jumps, int rules) => Table(string.Concat(jumps.Select((jump, i) =>
        $"-I OUTPUT {(rules == int.MaxValue ? jump.Position : Math.Min(jump.Position, rules + i + 1))} {jump.Rule}\n-F {TakenChain}{jump.Position}\n-X {TakenChain}{jump.Position}\n")));

    private static string Table(string lines) => $"*nat\n{lines}COMMIT";

    [GeneratedRegex(@"(^| )-[jg] ISTIO_OUTPUT( |$)")]
    private static partial Regex Jump();

    [GeneratedRegex("^-A SCOPE_OPEN_(?<position>[0-9]{1,6}) (?<rule>.*)$")]
    private static partial Regex Taken();

    [GeneratedRegex("^-A ISTIO_(REDIRECT|OUTPUT) .*-j REDIRECT --to-ports (?<port>[0-9]{1,5})")]
    private static partial Regex Port();
}
