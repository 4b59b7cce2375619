using System.Diagnostics;

namespace Endoscope.EndToEnd.Tests;

/// <summary>A real terminal, by tmux, with a shell in it.</summary>
public sealed class TerminalWindow : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);
    private readonly string socket = $"scope-e2e-{Guid.NewGuid():N}";

    private bool isClosed;

    private TerminalWindow()
    {
    }

    /// <summary>Opens a window of this size.</summary>
    public static async Task<TerminalWindow> OpenAsync(int columns, int rows)
    {
        var window = new TerminalWindow();
        await window.TmuxAsync(
            "-f", "/dev/null", "new-session", "-d", "-s", "w", "-x", $"{columns}", "-y", $"{rows}", "env", "LANG=C.UTF-8", "PS1=$ ", "bash", "--norc", "--noprofile");
        return window;
    }

    /// <summary>Types text and Enter.</summary>
    public async Task TypeAsync(string line)
    {
        await TmuxAsync("send-keys", "-t", "w", "-l", line);
        await KeyAsync("Enter");
    }

    /// <summary>Presses a key by tmux's name for it, such as <c>C-c</c>.</summary>
    public Task KeyAsync(string key) => TmuxAsync("send-keys", "-t", "w", key);

    /// <summary>Types text without Enter.</summary>
    public Task WriteAsync(string text) => TmuxAsync("send-keys", "-t", "w", "-l", "--", text);

    /// <summary>Pastes a file's content.</summary>
    public async Task PasteAsync(string file)
    {
        await TmuxAsync("load-buffer", "-b", "paste", file);
        await TmuxAsync("paste-buffer", "-t", "w", "-b", "paste", "-r");
    }

    /// <summary>Closes the window, as one does that is in a hurry: whatever runs in it is hung up.</summary>
    public async Task CloseAsync()
    {
        await TmuxAsync("kill-server");
        isClosed = true;
    }

    /// <summary>Gives the window another size.</summary>
    public Task ResizeAsync(int columns, int rows) => TmuxAsync("resize-window", "-t", "w", "-x", $"{columns}", "-y", $"{rows}");

    /// <summary>What the window shows.</summary>
    public Task<string> ScreenAsync() => TmuxAsync("capture-pane", "-t", "w", "-p");

    /// <summary>Waits until the window shows something that matches, and gives all that it shows.</summary>
    public async Task<string> ShowsAsync(string pattern)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var screen = await ScreenAsync();
            if (System.Text.RegularExpressions.Regex.IsMatch(screen, pattern, System.Text.RegularExpressions.RegexOptions.Multiline))
            {
                return screen;
            }

            Assert.True(clock.Elapsed < Limit, $"the window does not show {pattern} but:\n{screen}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!isClosed)
        {
            await CloseAsync();
        }
    }

    private async Task<string> TmuxAsync(params IEnumerable<string> args)
    {
        var result = await Command.RunAsync("tmux", ["-L", socket, .. args]);
        return result.ExitCode == 0
            ? System.Text.Encoding.UTF8.GetString(System.Text.Encoding.Latin1.GetBytes(result.Stdout))
            : throw new InvalidOperationException($"tmux {string.Join(' ', args)}: {result}");
    }
}
