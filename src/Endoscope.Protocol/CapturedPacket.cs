namespace Endoscope.Protocol;

/// <summary>A packet as it was captured.</summary>
/// <param name="Interface">The number of the interface in its session.</param>
/// <param name="Time">When the kernel saw it, in nanoseconds since 1970 by the node's clock.</param>
/// <param name="OriginalLength">Its length on the wire, in bytes.</param>
/// <param name="Data">What was kept of it.</param>
public readonly record struct CapturedPacket(int Interface, long Time, int OriginalLength, ReadOnlyMemory<byte> Data);
