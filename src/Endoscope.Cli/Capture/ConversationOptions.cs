using System.CommandLine;
using Endoscope.Sessions;
using Endoscope.Sessions.Capture;

namespace Endoscope.Cli.Capture;

/// <summary>Between whom packets are followed, and how long each may take.</summary>
/// <param name="First">A pod, or a workload or Service with pods.</param>
/// <param name="Second">The other one.</param>
/// <param name="Window">How long a packet may take to arrive, and an answer to be sent.</param>
internal sealed record BetweenRequest(TargetReference First, TargetReference Second, TimeSpan Window)
{
    /// <summary>Both, in this order.</summary>
    public PodSelection Select(string? container) => new([First, Second], null, false, container);
}

/// <summary>The options of <c>scope capture</c> that ask what became of the packets between two.</summary>
internal sealed class ConversationOptions
{
    /// <summary>What is needed of each packet, in bytes: its headers, and the beginning of what it carries.</summary>
    public const int BytesCompared = 256;

    private static readonly TimeSpan DefaultWindow = TimeSpan.FromSeconds(2);

    private readonly Option<string[]> between = new("--between")
    {
        HelpName = "A B",
        Description = "Capture at both, and tell of each packet between them whether it arrived, how late, and where it died",
        Arity = new ArgumentArity(2, 2),
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<TimeSpan> within = new("--within")
    {
        HelpName = "TIME",
        Description = "With --between: how long a packet may take, and an answer (default: 2s)",
        CustomParser = OptionParsers.Duration,
    };

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [between, within];

    /// <summary>What they ask for, or null where nothing is to be followed.</summary>
    /// <exception cref="UsageException">They name no target, or one twice.</exception>
    public BetweenRequest? Read(ParseResult result)
    {
        var isGiven = result.GetResult(between) is { Implicit: false };
        if (!isGiven && result.GetResult(within) is { Implicit: false })
        {
            throw new UsageException("--within belongs to --between", "--between A B names the two");
        }

        if (!isGiven)
        {
            return null;
        }

        var names = result.GetValue(between)!;
        if (names[0] == names[1])
        {
            throw new UsageException($"--between names '{names[0]}' twice", "it needs two, such as --between web svc/db");
        }

        return new BetweenRequest(Reference(names[0]), Reference(names[1]), result.GetResult(within) is null ? DefaultWindow : result.GetValue(within));
    }

    private static TargetReference Reference(string name) => TargetReference.Parse(name) ?? throw new UsageException(
        $"'{name}' names no kind of target that is known here", "give a pod's name, or deploy/NAME, sts/NAME, ds/NAME, rs/NAME, job/NAME, svc/NAME");
}
