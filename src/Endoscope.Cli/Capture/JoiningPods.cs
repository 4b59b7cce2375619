using Endoscope.Kubernetes;
using Endoscope.Sessions;
using Endoscope.Sessions.Capture;

namespace Endoscope.Cli.Capture;

/// <summary>Lets pods that come later take part in a capture, within its bound.</summary>
internal sealed class JoiningPods : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly SelectedPods pods;
    private readonly ClusterCapture capture;
    private readonly Action<string> tell;
    private readonly int most;
    private readonly HashSet<string> captured;
    private readonly Task following;

    /// <summary>Begins to watch.</summary>
    public JoiningPods(SelectedPods pods, ClusterCapture capture, int most, Action<string> tell)
    {
        (this.pods, this.capture, this.most, this.tell) = (pods, capture, most, tell);
        captured = [.. pods.Initial.Take(most).Select(pod => pod.Target.Uid)];
        following = FollowAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await following;
        stop.Dispose();
    }

    private async Task FollowAsync()
    {
        try
        {
            await foreach (var seen in pods.ChangesAsync(stop.Token))
            {
                if (seen.Pod is not { } pod)
                {
                    captured.Remove(seen.Uid);
                }
                else if (captured.Count >= most)
                {
                    tell($"pod {pod.Name} is not captured: {most} pods are (--max-pods allows more)");
                }
                else if (captured.Add(seen.Uid))
                {
                    await AddAsync(pod);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The capture is over.
        }
        catch (ClusterException e)
        {
            tell($"pods that come from now on are not captured: {e.Message}");
        }
    }

    private async Task AddAsync(PodToCapture pod)
    {
        try
        {
            await capture.AddAsync([pod], stop.Token);
        }
        catch (Exception e) when (e is SessionException or ClusterException or IOException)
        {
            tell($"pod {pod.Name} is not captured: {e.Message}");
        }
    }
}
