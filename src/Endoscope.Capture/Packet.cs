namespace Endoscope.Capture;

/// <summary>A packet of a capture.</summary>
/// <param name="Interface">The number of its interface in the file.</param>
/// <param name="Time">When it was seen, in nanoseconds since 1970.</param>
/// <param name="OriginalLength">Its length on the wire, in bytes.</param>
/// <param name="Data">What was kept of it.</param>
public readonly record struct Packet(int Interface, long Time, int OriginalLength, ReadOnlyMemory<byte> Data);
