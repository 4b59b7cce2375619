using Endoscope.Agent.Native;
using Endoscope.Agent.Tools;

namespace Endoscope.Agent.Sessions;

/// <summary>Sees a tool to its end: asks, insists, and lets nothing live on that it has started.</summary>
internal sealed class ToolWatch(Tool tool, ToolRelay relay, SessionTimes times)
{
    private const int MostKills = 100;

    private TimeSpan? stopAt;
    private TimeSpan? exitedAt;
    private bool isRead;
    private int kills;

    /// <summary>Whether the tool has ended, all it said was read, and nothing is left of it.</summary>
    public bool IsOver { get; private set; }

    /// <summary>When <see cref="Advance"/> has something to do.</summary>
    public TimeSpan Deadline { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Asks the tool to end; insists later by itself.</summary>
    public void Stop()
    {
        if (stopAt is null)
        {
            stopAt = MonotonicTime.Now;
            tool.Terminate();
        }
    }

    /// <summary>Takes note of the tool's end.</summary>
    public void NoticeExit()
    {
        tool.Reap();
        exitedAt = MonotonicTime.Now;
    }

    /// <summary>Goes on towards the end.</summary>
    public void Advance(bool clientGone)
    {
        var now = MonotonicTime.Now;
        Deadline = TimeSpan.MaxValue;
        if (exitedAt is { } exited)
        {
            var quietSince = stopAt is null && relay.ActiveAt > exited ? relay.ActiveAt : exited;
            isRead |= clientGone || relay.IsDrained || now >= quietSince + times.Silence;
            if (!isRead)
            {
                Deadline = quietSince + times.Silence;
                return;
            }

            if (!tool.HasLeftovers() || kills > MostKills)
            {
                IsOver = true;
                return;
            }

            Stop();
        }

        if (stopAt is { } stopped)
        {
            InsistAfterGrace(now, stopped);
        }
    }

    private void InsistAfterGrace(TimeSpan now, TimeSpan stopped)
    {
        var waited = now - stopped;
        if (waited < times.Grace)
        {
            Deadline = exitedAt is null ? stopped + times.Grace : now + times.Recheck;
            return;
        }

        kills += tool.Insist(waited, times.Grace) ? 1 : 0;
        Deadline = now + times.Recheck;
    }
}
