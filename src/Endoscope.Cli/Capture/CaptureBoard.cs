using Endoscope.Sessions.Capture;

namespace Endoscope.Cli.Capture;

/// <summary>What is known of one interface's packets.</summary>
internal sealed class InterfaceTally(string name, string node, int linkType)
{
    /// <summary>Such as <c>shop/web-0:eth0</c>.</summary>
    public string Name => name;

    public string Node => node;

    public int LinkType => linkType;

    /// <summary>Packets that came to us.</summary>
    public long Packets { get; set; }

    /// <summary>Their bytes, as captured.</summary>
    public long Bytes { get; set; }

    /// <summary>Packets that passed the filter, as the node's kernel counts.</summary>
    public long Received { get; set; }

    /// <summary>Those that the kernel dropped.</summary>
    public long Dropped { get; set; }

    /// <summary>Those that the agent has sent.</summary>
    public long Sent { get; set; }

    /// <summary>Why it is captured no longer, or null.</summary>
    public string? Lost { get; set; }
}

/// <summary>How a capture goes.</summary>
internal sealed class CaptureBoard
{
    /// <summary>Its interfaces, by number.</summary>
    public List<InterfaceTally> Interfaces { get; } = [];

    /// <summary>Packets written.</summary>
    public long Packets { get; set; }

    /// <summary>Bytes written.</summary>
    public long Bytes { get; set; }

    /// <summary>Packets that were written after later ones.</summary>
    public long Late { get; set; }

    /// <summary>Packets that were left out since whoever reads had asked for a pause.</summary>
    public long LeftOut { get; set; }

    /// <summary>How old the last word of the slowest node is.</summary>
    public TimeSpan Lag { get; set; }

    /// <summary>Packets that the kernels dropped.</summary>
    public long Dropped => Interfaces.Sum(one => one.Dropped);

    /// <summary>What is missing at the end, beyond drops; empty where nothing is.</summary>
    public List<string> Truncations { get; } = [];

    /// <summary>0: everything that passed the filter is there; 1: kernels dropped some; 4: the end, or the share of a node, is missing.</summary>
    public int ExitCode => Truncations.Count > 0 ? Cli.ExitCode.Lost : Dropped > 0 ? Cli.ExitCode.Negative : Cli.ExitCode.Done;

    /// <summary>Takes counters.</summary>
    public void Count(CountersCame counters)
    {
        foreach (var one in counters.Interfaces)
        {
            var tally = Interfaces[one.Interface];
            (tally.Received, tally.Dropped, tally.Sent) = (one.Received, one.Dropped, one.Sent);
        }
    }
}
