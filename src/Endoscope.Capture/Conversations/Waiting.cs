using System.Diagnostics.CodeAnalysis;

namespace Endoscope.Capture.Conversations;

/// <summary>What waits for its fate, in the order of time; what is of the conversation and what only may be, at most so many of each.</summary>
internal sealed class Waiting<T>(int most)
    where T : class
{
    private readonly Queue<T> ours = new();
    private readonly Queue<T> others = new();

    /// <summary>Lets one wait.</summary>
    /// <returns>The oldest, which waits no longer since there are too many, or null.</returns>
    public T? Add(T one, bool isOurs)
    {
        var queue = isOurs ? ours : others;
        queue.Enqueue(one);
        return queue.Count > most ? queue.Dequeue() : null;
    }

    /// <summary>Takes the oldest of either kind for which this holds.</summary>
    public bool TryTake(Predicate<T> isDue, [MaybeNullWhen(false)] out T one)
    {
        var queue = ours.TryPeek(out one) && isDue(one) ? ours : others.TryPeek(out one) && isDue(one) ? others : null;
        return queue is not null && queue.TryDequeue(out one);
    }
}
