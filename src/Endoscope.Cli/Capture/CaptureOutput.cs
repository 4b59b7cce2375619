using Endoscope.Capture;

namespace Endoscope.Cli.Capture;

/// <summary>Where the packets of a capture go: a file, a pipe, another program, lines, or two of these.</summary>
internal sealed class CaptureOutput : IAsyncDisposable
{
    private readonly TsharkProgram? tshark;
    private readonly string? path;

    private CaptureOutput(ICaptureSink sink, IPacketView? view, string? path, TsharkProgram? tshark)
    {
        (Sink, View, this.path, this.tshark) = (sink, view, path, tshark);
    }

    /// <summary>Takes the file's blocks.</summary>
    public ICaptureSink Sink { get; }

    /// <summary>Is shown each packet, or null.</summary>
    public IPacketView? View { get; }

    /// <summary>Whether standard output carries data.</summary>
    public bool IsDataOnOutput => ShowsLines || path is null or CaptureDestination.StandardOutput;

    /// <summary>Whether lines of data go to standard output.</summary>
    public bool ShowsLines => View is not null || tshark is not null;

    /// <summary>For people: where the packets are afterwards.</summary>
    public string Where => path is null or CaptureDestination.StandardOutput ? "" : $" in {path}";

    /// <summary>Ends when nobody looks at the packets any more, and no file keeps them either.</summary>
    public Task ReaderGone => tshark is not null && path is null ? tshark.Gone : new TaskCompletionSource().Task;

    /// <summary>Opens it.</summary>
    /// <param name="view">What shows the packets instead of a decoder, or null.</param>
    /// <param name="names">Names for addresses, for our own decoder.</param>
    /// <param name="isOfMany">Whether several pods are captured.</param>
    /// <exception cref="UsageException">A program that was asked for is not there.</exception>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public static CaptureOutput Open(CaptureDestination to, CommandContext context, IPacketView? view, NameDirectory names, bool isOfMany, bool isJson)
    {
        var tshark = to.Decoder is Decoder.Tshark or Decoder.Auto && !isJson ? TsharkProgram.TryStart(context.Variable, isOfMany, context.Out) : null;
        if (to.Decoder == Decoder.Tshark && tshark is null)
        {
            throw new UsageException("tshark was not found, or does not start", "install it, name it with SCOPE_TSHARK, or take scope's own lines with --decode=own");
        }

        var shown = view ?? (to.Decoder == Decoder.None || tshark is not null
            ? null
            : new DecodedPackets(context.Terminal.StandardOutput, names, context.Time.LocalTimeZone, isJson));
        return new CaptureOutput(Sinks(to, context, tshark, shown), shown, to.Path, tshark);
    }

    /// <summary>Lets whoever shows packets come to an end.</summary>
    public async Task FinishAsync(Action<string> tell)
    {
        foreach (var complaint in tshark is null ? [] : await tshark.FinishAsync())
        {
            tell($"tshark: {complaint}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Sink.DisposeAsync();
        if (tshark is not null)
        {
            await tshark.DisposeAsync();
        }
    }

    private static ICaptureSink Sinks(CaptureDestination to, CommandContext context, TsharkProgram? tshark, IPacketView? view)
    {
        ICaptureSink? file = (to.Path, to.Ring) switch
        {
            (null, _) => tshark is null && view is null ? new StreamSink(context.Terminal.StandardOutput) : null,
            (CaptureDestination.StandardOutput, _) => new StreamSink(context.Terminal.StandardOutput),
            (var path, null) => new FileSink(path),
            var (path, files) => new RingSink(path, files.Files, files.Size),
        };
        ICaptureSink? lines = tshark is null ? null : new StreamSink(tshark.Input);
        return file is not null && lines is not null ? new TeeSink(file, lines) : file ?? lines ?? new NoSink();
    }
}
