using Endoscope.Capture;
using Endoscope.Terminal;

namespace Endoscope.Cli.Extcap;

/// <summary>Answers Wireshark, which runs this program once for each question.</summary>
internal static class ExtcapProgram
{
    // A name in a filter may be looked up; Wireshark asks at every key.
    private static readonly TimeSpan PatienceForFilter = TimeSpan.FromSeconds(1);

    /// <summary>Answers one question; what goes wrong is one line on standard error, which Wireshark shows.</summary>
    /// <param name="launched">What the launcher says besides: the options before its <c>extcap</c>.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Func<GlobalRequest> launched, CommandContext context, CancellationToken stop)
    {
        var asked = ExtcapArguments.Parse(args);
        try
        {
            return await AnswerAsync(asked, ExtcapOrder.Apply(launched(), asked), context, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // To be told to stop is how a capture ends.
            return ExitCode.Done;
        }
        catch (Exception e)
        {
            return Fail(e, context, asked.Has("--debug"));
        }
    }

    private static async Task<int> AnswerAsync(ExtcapArguments asked, GlobalRequest global, CommandContext context, CancellationToken stop)
    {
        var pickers = new ExtcapPickers(context, global, ExtcapMemory.Of(context.Variable));
        switch (asked.Question)
        {
            case ExtcapQuestion.Interfaces:
                context.Out.Write(ExtcapSentences.Interfaces(CommandContext.Version, asked.Has("--interface-per-pod") ? await pickers.InterfacesAsync(stop) : []));
                return ExitCode.Done;
            case ExtcapQuestion.LinkTypes:
                context.Out.Write(ExtcapSentences.LinkTypes());
                return ExitCode.Done;
            case ExtcapQuestion.Options when ExtcapSentences.PodOf(asked["--extcap-interface"]) is not null:
                context.Out.Write(ExtcapOptions.OfOnePod());
                return ExitCode.Done;
            case ExtcapQuestion.Options:
                context.Out.Write(asked["--extcap-reload-option"] is { } option ? await pickers.ReloadAsync(option, stop) : ExtcapOptions.OfAnyPod(pickers.Known()));
                return ExitCode.Done;
            case ExtcapQuestion.Filter:
                context.Out.Write(await CheckAsync(asked["--extcap-capture-filter"]) is { } wrong ? wrong + "\n" : "");
                return ExitCode.Done;
            case ExtcapQuestion.Capture:
                return await new ExtcapCapture(context, global, asked).RunAsync(stop);
            default:
                throw new UsageException("nothing was asked", "Wireshark is to run this: scope extcap install puts it there");
        }
    }

    /// <summary>What is wrong with a filter as far as that can be known here, without a pod to ask; null where nothing is.</summary>
    private static async Task<string?> CheckAsync(string? filter)
    {
        if (filter is null)
        {
            return null;
        }

        try
        {
            return await Task.Run(() => LocalFilter.Check(filter)).WaitAsync(PatienceForFilter);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private static int Fail(Exception failure, CommandContext context, bool debug)
    {
        var (code, message, hint) = ErrorReport.Describe(failure, interrupted: null);
        context.Tell("error: " + message + (hint is null ? "" : $" ({hint})"));
        if (debug)
        {
            context.Status.WriteLine(TerminalText.EscapeLines(failure.ToString()));
        }

        return code;
    }
}
