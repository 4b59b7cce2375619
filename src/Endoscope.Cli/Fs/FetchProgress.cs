using System.Globalization;
using Endoscope.Cli.Output;
using Endoscope.Terminal;

namespace Endoscope.Cli.Fs;

/// <summary>How far a fetch has come, in one line of a terminal that is drawn again and again; nothing elsewhere.</summary>
internal sealed class FetchProgress(CommandContext context) : IDisposable
{
    private const int BarWidth = 24;
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);

    private readonly bool isShown = context.Terminal.IsErrorTerminal;
    private readonly long startedAt = context.Time.GetTimestamp();
    private TimeSpan? drawnAt;
    private long bytes;

    /// <summary>So many bytes more have come.</summary>
    /// <param name="name">The file that they belong to.</param>
    /// <param name="position">How much of it there is now.</param>
    /// <param name="size">Its length.</param>
    public void Report(int count, string name, long position, long size)
    {
        bytes += count;
        var elapsed = context.Time.GetElapsedTime(startedAt);
        if (isShown && elapsed >= (drawnAt ?? TimeSpan.Zero) + Between)
        {
            drawnAt = elapsed;
            var line = Format(TerminalText.Escape(name), position, size, bytes / elapsed.TotalSeconds);
            var width = Math.Max((context.Terminal.Size?.Columns ?? 80) - 1, 1);
            context.Status.Write($"\r{(line.Length > width ? line[..width] : line)}\e[K");
        }
    }

    /// <summary>The line. Pure.</summary>
    public static string Format(string name, long position, long size, double bytesPerSecond)
    {
        var part = size > 0 ? Math.Clamp((double)position / size, 0, 1) : 1;
        var full = (int)(part * BarWidth);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"[{new string('#', full)}{new string('.', BarWidth - full)}] {part * 100,3:0}%  {Size.Format(position)} of {Size.Format(size)}  {Size.Format((long)bytesPerSecond)}/s  {name}");
    }

    /// <summary>Takes the line away.</summary>
    public void Clear()
    {
        if (drawnAt is not null)
        {
            drawnAt = null;
            context.Status.Write("\r\e[K");
        }
    }

    public void Dispose() => Clear();
}
