using System.Text;
using Endoscope.Terminal;

namespace Endoscope.Cli.Output.Graph;

/// <summary>
/// The alternate screen of a terminal while a graph is on it. Frames replace each other line by line, only what differs is written, in
/// one write that terminals which know how (DEC mode 2026) show at once. The screen is left exactly once, whatever happens.
/// </summary>
internal sealed class GraphScreen : IDisposable
{
    private const string Enter = "\e[?1049h\e[?25l\e[?7l\e[2J";
    private const string Leave = "\e[?2026l\e[0m\e[?7h\e[?25h\e[?1049l";
    private const string BeginFrame = "\e[?2026h";
    private const string EndFrame = "\e[?2026l";

    private readonly ITerminal terminal;
    private readonly Palette palette;
    private readonly Restoration restoration;
    private readonly IDisposable suspending;
    private readonly Lock gate = new();
    private string[] shown = [];
    private WindowSize shownSize;
    private bool isEntered;

    public GraphScreen(ITerminal terminal, Palette palette)
    {
        (this.terminal, this.palette) = (terminal, palette);
        restoration = new Restoration(LeaveScreen);
        suspending = terminal.OnSuspend(LeaveScreen, EnterScreen);
        EnterScreen();
    }

    /// <summary>Shows a frame in place of the one before.</summary>
    public void Draw(GraphFrame frame, WindowSize size)
    {
        lock (gate)
        {
            if (!isEntered)
            {
                return;
            }

            // Erasing the rest of a full line would erase its last character, on which the cursor stays.
            var lines = frame.Lines
                .Select(line => line.ToAnsi(palette, size.Columns) + (line.Width < size.Columns ? "\e[K" : ""))
                .ToArray();
            var text = new StringBuilder(BeginFrame);
            if (size != shownSize)
            {
                text.Append("\e[2J");
                (shown, shownSize) = ([], size);
            }

            for (var i = 0; i < Math.Max(lines.Length, shown.Length); i++)
            {
                var line = i < lines.Length ? lines[i] : "\e[K";
                if (i >= shown.Length || shown[i] != line)
                {
                    text.Append("\e[").Append(i + 1).Append(";1H").Append(line);
                }
            }

            shown = lines;
            if (text.Length > BeginFrame.Length)
            {
                Write(text.Append(EndFrame).ToString());
            }
        }
    }

    /// <summary>Draws everything anew with the next frame: something else may have written on the screen.</summary>
    public void Forget()
    {
        lock (gate)
        {
            shownSize = default;
        }
    }

    public void Dispose()
    {
        suspending.Dispose();
        restoration.Dispose();
    }

    private void EnterScreen()
    {
        lock (gate)
        {
            Write(Enter);
            shownSize = default;
            isEntered = true;
        }
    }

    private void LeaveScreen()
    {
        lock (gate)
        {
            if (isEntered)
            {
                isEntered = false;
                TryWrite(Leave);
            }
        }
    }

    private void Write(string text) => terminal.StandardOutput.Write(Encoding.UTF8.GetBytes(text));

    private void TryWrite(string text)
    {
        try
        {
            Write(text);
        }
        catch (IOException)
        {
            // The terminal has gone, and with it what was to be put back.
        }
    }
}
