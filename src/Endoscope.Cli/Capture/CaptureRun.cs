using System.Runtime.InteropServices;
using Endoscope.Capture;
using Endoscope.Cli.Commands;
using Endoscope.Kubernetes;
using Endoscope.Protocol;
using Endoscope.Sessions;
using Endoscope.Sessions.Access;
using Endoscope.Sessions.Capture;
using Endoscope.Terminal;

namespace Endoscope.Cli.Capture;

/// <summary>What is captured, and how.</summary>
/// <param name="Global">Namespace, image and what else is the same for every command.</param>
/// <param name="Pods">Whose packets.</param>
/// <param name="Plan">What the agents are asked.</param>
/// <param name="Settings">When it ends, and how it was asked for.</param>
internal sealed record CaptureOrder(GlobalRequest Global, PodSelection Pods, CaptureRequest Plan, CaptureSettings Settings);

/// <summary>A capture, from the choice of its pods to the last packet: what <c>scope capture</c> and Wireshark's side of it have in common.</summary>
internal sealed class CaptureRun : IAsyncDisposable
{
    private readonly CommandContext context;
    private readonly CaptureOrder order;
    private readonly Cluster cluster;
    private readonly NameDirectory names;
    private readonly SelectedPods pods;
    private readonly ClusterCapture capture;

    private CaptureRun(CommandContext context, CaptureOrder order, Cluster cluster, string ns, SelectedPods pods, ClusterCapture capture)
    {
        (this.context, this.order, this.cluster, this.pods, this.capture) = (context, order, cluster, pods, capture);
        names = new NameDirectory(token => cluster.Api.ListNamedAddressesAsync(ns, token), context.Time);
    }

    /// <summary>How it goes.</summary>
    public CaptureBoard Board { get; } = new();

    /// <summary>Ends the capture when it is done: the program that reads has ended.</summary>
    public Task ReaderGone { get; set; } = new TaskCompletionSource().Task;

    /// <summary>Whether whoever reads takes no more.</summary>
    public bool IsReaderGone { get; private set; }

    /// <summary>Names for the addresses that were seen.</summary>
    public NameDirectory Names => names;

    /// <summary>How many pods were captured at the beginning.</summary>
    public int PodCount => pods.Initial.Count;

    /// <summary>How far the clocks of two of the nodes may be apart at most, as they were measured; zero where there is only one.</summary>
    public TimeSpan ClockError => capture.Clocks.Count < 2
        ? TimeSpan.Zero
        : capture.Clocks.Select(one => one.Clock.Uncertainty).OrderDescending().Take(2).Aggregate(TimeSpan.Zero, (sum, one) => sum + one);

    /// <summary>The namespace of the pods.</summary>
    public string Namespace => order.Global.Namespace ?? cluster.DefaultNamespace;

    /// <summary>The pods that each of the names given stands for, by the name's number, as far as they were there at the beginning.</summary>
    public ILookup<int, PodToCapture> PodsByName => pods.Initial.ToLookup(pod => pod.Reference);

    /// <summary>Shown each packet that is recorded, or null.</summary>
    public IPacketView? View { get; set; }

    /// <summary>Whether packets are to be left out for now.</summary>
    public Func<bool> IsPaused { get; set; } = () => false;

    /// <summary>Finds the pods and captures them; the packets wait.</summary>
    /// <exception cref="SessionException">A pod is not there, none can be captured, or the filter is wrong.</exception>
    public static async Task<CaptureRun> StartAsync(
        CommandContext context, CaptureOrder order, Cluster cluster, Action<string> tell, CancellationToken cancellationToken)
    {
        var ns = order.Global.Namespace ?? cluster.DefaultNamespace;
        var pods = await SelectedPods.FindAsync(cluster.Api, ns, order.Pods, cancellationToken);
        var capture = new ClusterCapture(cluster.Api, EnterAsync, order.Plan, context.Time, isSessionOfOnePod: order.Global.Mode != AccessMode.Pod);
        var run = new CaptureRun(context, order, cluster, ns, pods, capture);
        try
        {
            await capture.AddAsync(Bounded(pods, order.Settings, tell), cancellationToken);
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }

        Task<TargetAccess> EnterAsync(TargetReference pod, CancellationToken token) => TargetCommand.EnterAsync(
            context, tell, cluster, order.Global with { Pod = pod.Name }, AccessNeeds.Network, anyContainerWillDo: true, token);
    }

    /// <summary>Writes the packets down until the capture ends; what is missing then is on the board.</summary>
    /// <param name="progress">Called about once a second.</param>
    public async Task RecordAsync(ICaptureSink sink, Action<string> tell, Action progress, CancellationToken stop)
    {
        await using var writer = new CaptureWriter(sink);
        writer.Begin($"scope {CommandContext.Version}", RuntimeInformation.OSDescription, $"{order.Settings.CommandLine}\ncluster {cluster.Server}");
        names.Load();
        var intake = new CaptureIntake(capture, writer, Board, context.Time, tell) { OnProgress = progress, View = View };
        using var recorder = new CaptureRecorder(order.Settings, capture, intake, writer, Board, names, context.Time) { ReaderGone = ReaderGone, IsPaused = IsPaused };
        await using var joining = new JoiningPods(pods, capture, order.Settings.MaxPods, tell);
        try
        {
            await recorder.RunAsync(stop);
        }
        catch (IOException e) when (!BrokenPipe.IsCauseAtChild(e))
        {
            Board.Truncations.Add($"it cannot be written: {e.Message}");
        }
        catch (IOException)
        {
            IsReaderGone = true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await capture.DisposeAsync();
        await pods.DisposeAsync();
        names.Dispose();
    }

    private static List<PodToCapture> Bounded(SelectedPods pods, CaptureSettings settings, Action<string> tell)
    {
        foreach (var note in pods.Notes)
        {
            tell(note);
        }

        if (pods.Initial.Count > settings.MaxPods)
        {
            tell($"{pods.Initial.Count} pods are selected, of which the first {settings.MaxPods} are captured: --max-pods allows more");
        }

        return [.. pods.Initial.Take(settings.MaxPods)];
    }
}
