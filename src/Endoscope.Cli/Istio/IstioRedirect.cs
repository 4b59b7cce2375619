namespace Endoscope.Cli.Istio;

/// <summary>A rule of the OUTPUT chain that sends outbound traffic into Istio's chains.</summary>
/// <param name="Position">Which rule of OUTPUT it is, or was before it was taken out; from 1.</param>
/// <param name="Rule">The rule as iptables writes it, without its chain.</param>
internal sealed record IstioJump(int Position, string Rule);

/// <summary>What one kind of iptables holds of Istio in the target.</summary>
/// <param name="Tool">The name of the iptables that shows it: <c>iptables-legacy</c>, <c>iptables-nft</c>, <c>ip6tables-legacy</c> or <c>ip6tables-nft</c>.</param>
/// <param name="Jumps">The jumps that are there.</param>
/// <param name="Taken">The jumps that scope has taken out.</param>
/// <param name="OutputRules">How many rules OUTPUT has.</param>
/// <param name="Port">Where redirected traffic goes, or null where that is not known.</param>
/// <param name="IsAmbient">Whether the rules are those of ambient mode, which lead to the node's ztunnel.</param>
internal sealed record IstioRedirect(
    string Tool, IReadOnlyList<IstioJump> Jumps, IReadOnlyList<IstioJump> Taken, int OutputRules, int? Port, bool IsAmbient);

/// <summary>Whether the target's outbound traffic is redirected.</summary>
internal enum IstioState
{
    /// <summary>No rule of Istio's is there.</summary>
    None,

    /// <summary>Outbound traffic goes to the sidecar.</summary>
    Redirected,

    /// <summary>scope has taken the jump out.</summary>
    Open,

    /// <summary>Istio's chains are there, but nothing leads to them: somebody else took the jump out.</summary>
    Unhooked,

    /// <summary>Ambient mode: traffic goes to the node's ztunnel.</summary>
    Ambient,

    /// <summary>The redirect is made by nftables directly, not by iptables.</summary>
    Native,
}

/// <summary>All that was found in the target.</summary>
/// <param name="NativeTables">Tables of nftables that bear Istio's name.</param>
internal sealed record IstioFindings(IReadOnlyList<IstioRedirect> Redirects, IReadOnlyList<string> NativeTables)
{
    /// <summary>What it comes to.</summary>
    public IstioState State =>
        Redirects.Any(redirect => redirect.IsAmbient) ? IstioState.Ambient
        : Redirects.Any(redirect => redirect.Jumps.Count > 0) ? IstioState.Redirected
        : Redirects.Any(redirect => redirect.Taken.Count > 0) ? IstioState.Open
        : NativeTables.Count > 0 ? IstioState.Native
        : Redirects.Count > 0 ? IstioState.Unhooked
        : IstioState.None;
}
