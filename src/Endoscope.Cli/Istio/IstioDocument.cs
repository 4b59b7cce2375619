using Endoscope.Sessions;

namespace Endoscope.Cli.Istio;

/// <summary>The answer of <c>scope istio -o json</c>.</summary>
/// <param name="State"><c>none</c>, <c>redirected</c>, <c>open</c>, <c>unhooked</c>, <c>ambient</c> or <c>native</c>.</param>
internal sealed record IstioDocument(string Namespace, string Pod, string State, IReadOnlyList<IstioRule> Rules, IReadOnlyList<string> NativeTables)
{
    public static IstioDocument From(Target target, IstioFindings found) => new(
        target.Namespace, target.Pod, found.State.ToString().ToLowerInvariant(),
        [
            .. found.Redirects.SelectMany(redirect => redirect.Jumps.Select(jump => new IstioRule(redirect.Tool, jump.Position, jump.Rule, redirect.Port, IsOpen: false))
                .Concat(redirect.Taken.Select(jump => new IstioRule(redirect.Tool, jump.Position, jump.Rule, redirect.Port, IsOpen: true)))),
        ],
        found.NativeTables);
}

/// <summary>A rule that leads, or led, outbound traffic into Istio's chains.</summary>
/// <param name="Tool">The iptables that shows it.</param>
/// <param name="Position">Its place in OUTPUT, from 1.</param>
/// <param name="Port">Where redirected traffic goes.</param>
/// <param name="IsOpen">Whether scope has taken it out.</param>
internal sealed record IstioRule(string Tool, int Position, string Rule, int? Port, bool IsOpen);
