using System.Globalization;
using Endoscope.Agent.Native;
using Endoscope.Agent.Sessions;
using Endoscope.Agent.Tools;
using Endoscope.Agent.Waiting;

namespace Endoscope.Agent;

/// <summary>What the program in the image does: wait, serve one session, or end the one that waits.</summary>
internal static class Program
{
    private const int Usage = 2;
    private static readonly TimeSpan DefaultIdle = TimeSpan.FromMinutes(10);

    public static int Main(string[] arguments) => arguments switch
    {
        ["wait"] => Wait(DefaultIdle),
        ["wait", "--idle", var seconds] when TryParseSeconds(seconds, out var idle) => Wait(idle),
        ["session"] or ["session", _] => Serve(),
        ["end"] => SessionRegistration.EndWaitingAgent() ? 0 : 1,
        _ => Explain(),
    };

    private static int Wait(TimeSpan idle)
    {
        using var log = new StreamWriter(Console.OpenStandardError()) { AutoFlush = true };
        using var agent = new WaitingAgent(idle, log);
        agent.Run();
        return 0;
    }

    private static int Serve()
    {
        // The tool runs in the root directory, whatever the image's working directory is; a closed pipe is an error to
        // be read from write(2), not the end of the agent.
        Environment.CurrentDirectory = "/";
        _ = Libc.SetSignalAction(Signals.BrokenPipe, Signals.Ignore);
        Descendants.Adopt();
        using var registration = SessionRegistration.Open();
        using var session = new Session(input: 0, output: 1, new SessionTimes(), registration);
        return session.Run() ? 0 : 1;
    }

    private static int Explain()
    {
        using var error = new StreamWriter(Console.OpenStandardError());
        error.WriteLine("usage: endoscope-agent wait [--idle SECONDS] | endoscope-agent session [LABEL] | endoscope-agent end");
        return Usage;
    }

    private static bool TryParseSeconds(string text, out TimeSpan time)
    {
        var valid = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0;
        time = TimeSpan.FromSeconds(seconds);
        return valid;
    }
}
