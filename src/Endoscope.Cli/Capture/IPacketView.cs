using Endoscope.Capture;
using Endoscope.Sessions.Capture;

namespace Endoscope.Cli.Capture;

/// <summary>Shows a capture's packets while they are recorded.</summary>
internal interface IPacketView
{
    /// <summary>Packets of an interface follow; interfaces come in the order of their numbers.</summary>
    void Appear(InterfaceAppeared one);

    /// <summary>The next packet in order.</summary>
    void Show(in Packet packet);

    /// <summary>Counters came, before packets that are still held back.</summary>
    void Count(CountersCame counters);

    /// <summary>Hands over what is to be shown.</summary>
    /// <exception cref="IOException">Nobody takes it.</exception>
    ValueTask FlushAsync(CancellationToken cancellationToken);
}
