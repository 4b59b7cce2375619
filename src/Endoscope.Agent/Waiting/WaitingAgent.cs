using System.Runtime.InteropServices;
using Endoscope.Agent.Native;

namespace Endoscope.Agent.Waiting;

/// <summary>
/// The container's own command: holds the container while sessions are there, ends it when none was for a time, and ends
/// the tools of sessions that were killed.
/// </summary>
internal sealed unsafe class WaitingAgent(TimeSpan idle, TextWriter log) : IDisposable
{
    private const int Backlog = 128;
    private static readonly TimeSpan Recheck = TimeSpan.FromMilliseconds(100);

    // Both together less than the ten seconds that a debug pod is given: most of it for a debugger that has a target to let go.
    private static readonly TimeSpan TimeToEndTools = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan TimeToSayGoodbye = TimeSpan.FromMilliseconds(400);

    private readonly int listener = AgentAddress.OpenSocket();
    private readonly (int Read, int Write) wake = Descriptor.Pipe();
    private readonly List<RegisteredSession> sessions = [];

    /// <summary>Waits to the end.</summary>
    public void Run()
    {
        // As the container's first process it inherits orphans: ignoring SIGCHLD lets the kernel reap them.
        _ = Libc.SetSignalAction(Signals.Child, Signals.Ignore);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Wake);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Wake);
        Listen();
        log.WriteLine($"waiting for sessions; ends after {idle.TotalSeconds:0} s without one");
        log.WriteLine(Wait());
        Dismiss();
    }

    public void Dispose()
    {
        sessions.ForEach(session => session.Dispose());
        _ = Libc.Close(listener);
        _ = Libc.Close(wake.Read);
        _ = Libc.Close(wake.Write);
    }

    private void Listen()
    {
        var address = AgentAddress.Own();
        fixed (byte* start = address)
        {
            if (Libc.Bind(listener, start, (uint)address.Length) < 0 || Libc.Listen(listener, Backlog) < 0)
            {
                throw NativeException.Last("listen for sessions");
            }
        }

        Descriptor.SetNonBlocking(listener);
    }

    private string Wait()
    {
        var idleSince = MonotonicTime.Now;
        while (true)
        {
            var timeout = sessions.Count == 0 ? idleSince + idle - MonotonicTime.Now
                : sessions.Exists(session => session.Connection == Descriptor.None) ? Recheck
                : TimeSpan.FromMilliseconds(int.MaxValue);
            var entries = Entries();
            Descriptor.Poll(entries, timeout);
            if (entries[0].CanRead)
            {
                return "ended: asked to";
            }

            ReadSessions(entries.AsSpan(2));

            if (entries[1].CanRead)
            {
                Accept();
            }

            if (sessions.RemoveAll(session => session.IsOver()) > 0)
            {
                idleSince = MonotonicTime.Now;
            }
            else if (sessions.Count == 0 && MonotonicTime.Now >= idleSince + idle)
            {
                return $"ended: no session for {idle.TotalSeconds:0} s";
            }
        }
    }

    // Sessions end their tools themselves and tell their clients why, while there is time for it.
    private void Dismiss()
    {
        sessions.ForEach(session => session.Dismiss());
        WaitForSessions(MonotonicTime.Now + TimeToEndTools);
        sessions.ForEach(session => session.Kill());
        WaitForSessions(MonotonicTime.Now + TimeToSayGoodbye);
    }

    private void WaitForSessions(TimeSpan until)
    {
        while (sessions.Count > 0 && MonotonicTime.Now < until)
        {
            PollEntry[] entries = [.. SessionEntries];
            Descriptor.Poll(entries, TimeSpan.FromTicks(Math.Min(Recheck.Ticks, (until - MonotonicTime.Now).Ticks)));
            ReadSessions(entries);
            sessions.RemoveAll(session => session.IsOver());
        }
    }

    private IEnumerable<PollEntry> SessionEntries => sessions.Select(session => new PollEntry { Descriptor = session.Connection, Events = PollEvents.In });

    private PollEntry[] Entries() =>
    [
        new PollEntry { Descriptor = wake.Read, Events = PollEvents.In },
        new PollEntry { Descriptor = listener, Events = PollEvents.In },
        .. SessionEntries,
    ];

    private void ReadSessions(ReadOnlySpan<PollEntry> entries)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].CanRead)
            {
                sessions[i].Read();
            }
        }
    }

    private void Accept()
    {
        var connection = Libc.Accept(listener, null, null, FileFlags.CloseOnExec);
        if (connection < 0)
        {
            return;
        }

        if (!AgentAddress.IsOwnContainer(connection))
        {
            log.WriteLine("refused a session from outside this container");
            _ = Libc.Close(connection);
            return;
        }

        sessions.Add(new RegisteredSession(connection));
    }

    private void Wake(PosixSignalContext context)
    {
        context.Cancel = true;
        _ = Descriptor.Write(wake.Write, [1]);
    }
}
