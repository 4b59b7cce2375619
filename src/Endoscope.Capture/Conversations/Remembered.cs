using System.Diagnostics.CodeAnalysis;

namespace Endoscope.Capture.Conversations;

/// <summary>
/// Remembers what was used lately, and apart from each other what is of the conversation and what only may be, so that a flood of other packets
/// does not push out ours.
/// </summary>
/// <param name="number">How many keys of the conversation are remembered at least; at most twice as many.</param>
internal sealed class Remembered<TKey, TValue>(int number)
    where TKey : notnull
{
    private const int MostOthers = 16_384;

    private readonly Generations<TKey, TValue> ours = new(number);
    private readonly Generations<TKey, TValue> others = new(MostOthers);

    public void Set(TKey key, TValue value, bool isOurs) => (isOurs ? ours : others).Set(key, value);

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value) => ours.TryGet(key, out value) || others.TryGet(key, out value);
}
