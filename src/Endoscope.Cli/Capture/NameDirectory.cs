using System.Net;
using Endoscope.Capture;
using Endoscope.Kubernetes;

namespace Endoscope.Cli.Capture;

/// <summary>
/// Names for the addresses that packets have: each is told once, when it is first seen. The cluster is asked in the background, and again
/// when strangers have turned up.
/// </summary>
internal sealed class NameDirectory(Func<CancellationToken, Task<IReadOnlyList<NamedAddress>>> list, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource stop = new();
    private readonly HashSet<AddressKey> seen = [];
    private readonly HashSet<AddressKey> strangers = [];
    private Dictionary<AddressKey, List<string>> names = [];
    private Task<IReadOnlyList<NamedAddress>>? loading;
    private long loadedAt;

    /// <summary>Begins to ask.</summary>
    public void Load()
    {
        loadedAt = time.GetTimestamp();
        loading = list(stop.Token);
    }

    /// <summary>Looks at an address of a packet; its names if it is seen for the first time and has any.</summary>
    public IReadOnlyList<string>? See(AddressKey address)
    {
        if (!seen.Add(address))
        {
            return null;
        }

        if (names.TryGetValue(address, out var found))
        {
            return found;
        }

        strangers.Add(address);
        return null;
    }

    /// <summary>The first name of an address, seen before or not, or null.</summary>
    public string? Find(AddressKey address) => names.TryGetValue(address, out var found) ? found[0] : null;

    /// <summary>The first name of an address, or its digits.</summary>
    public string Show(AddressKey address) => Find(address) ?? address.ToAddress().ToString();

    /// <summary>The addresses that have this name.</summary>
    public IEnumerable<AddressKey> AddressesOf(string name) => names.Where(one => one.Value.Contains(name)).Select(one => one.Key);

    /// <summary>Addresses that were seen before their names were known.</summary>
    public IEnumerable<(IPAddress Address, IReadOnlyList<string> Names)> TakeNews()
    {
        if (loading is { IsCompleted: true })
        {
            Learn(loading);
            loading = null;
            foreach (var address in strangers.Where(names.ContainsKey).ToList())
            {
                strangers.Remove(address);
                yield return (address.ToAddress(), names[address]);
            }
        }
        else if (loading is null && strangers.Count > 0 && time.GetElapsedTime(loadedAt) > Refresh)
        {
            Load();
        }
    }

    /// <summary>Waits a little for an answer that is under way.</summary>
    public async Task SettleAsync()
    {
        if (loading is not null)
        {
            await Task.WhenAny(loading, Task.Delay(Patience, time, CancellationToken.None));
        }
    }

    public void Dispose()
    {
        stop.Cancel();
        stop.Dispose();
    }

    private void Learn(Task<IReadOnlyList<NamedAddress>> loaded)
    {
        // Without names a capture is as true as with them.
        if (loaded.IsCompletedSuccessfully)
        {
            names = loaded.Result.GroupBy(one => AddressKey.Of(one.Address)).ToDictionary(one => one.Key, one => one.Select(named => named.Name).Distinct().ToList());
        }
        else
        {
            _ = loaded.Exception;
        }
    }
}
