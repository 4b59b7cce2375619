using System.Net;

namespace Endoscope.Capture;

/// <summary>Writes a capture: its interfaces, names and packets as they come, in large pieces of whole blocks.</summary>
public sealed class CaptureWriter(ICaptureSink sink) : IAsyncDisposable
{
    private const int Full = 256 * 1024;

    private readonly PcapngBlocks blocks = new();
    private readonly PcapngBlocks preamble = new();

    /// <summary>Packets written.</summary>
    public long Packets { get; private set; }

    /// <summary>Bytes written or about to be.</summary>
    public long Length => sink.Length + blocks.Written.Length;

    /// <summary>Whether it is time to <see cref="FlushAsync"/>.</summary>
    public bool IsFull => blocks.Written.Length >= Full;

    /// <inheritdoc cref="PcapngBlocks.AddSection"/>
    public void Begin(string application, string system, string? comment) => Both(one => one.AddSection(application, system, comment));

    /// <inheritdoc cref="PcapngBlocks.AddInterface"/>
    public void Add(CaptureInterface one) => Both(to => to.AddInterface(one));

    /// <inheritdoc cref="PcapngBlocks.AddName"/>
    public void AddName(IPAddress address, IReadOnlyList<string> names) => Both(to => to.AddName(address, names));

    /// <inheritdoc cref="PcapngBlocks.AddStatistics"/>
    public void Add(int captureInterface, long time, InterfaceStatistics statistics) => blocks.AddStatistics(captureInterface, time, statistics);

    /// <summary>Adds a packet.</summary>
    public void Add(in Packet packet)
    {
        blocks.AddPacket(packet);
        Packets++;
    }

    /// <summary>Hands over what was added.</summary>
    /// <exception cref="IOException">It is not taken.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (blocks.Written.Length > 0)
        {
            await sink.WriteAsync(blocks.Written, preamble.Written, cancellationToken);
            blocks.Clear();
        }
    }

    public ValueTask DisposeAsync() => sink.DisposeAsync();

    private void Both(Action<PcapngBlocks> add)
    {
        add(blocks);
        add(preamble);
    }
}
