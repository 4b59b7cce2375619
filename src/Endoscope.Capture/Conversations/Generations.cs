using System.Diagnostics.CodeAnalysis;

namespace Endoscope.Capture.Conversations;

/// <summary>Remembers what was used lately: at least the given number of keys, at most twice as many.</summary>
internal sealed class Generations<TKey, TValue>(int number)
    where TKey : notnull
{
    private Dictionary<TKey, TValue> young = [];
    private Dictionary<TKey, TValue> old = [];

    /// <summary>Remembers a value.</summary>
    public void Set(TKey key, TValue value)
    {
        young[key] = value;
        if (young.Count >= number)
        {
            (old, young) = (young, []);
        }
    }

    /// <summary>Finds a value, which is thereby used again.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (young.TryGetValue(key, out value))
        {
            return true;
        }

        if (old.TryGetValue(key, out value))
        {
            Set(key, value);
            return true;
        }

        return false;
    }
}
