using Endoscope.Protocol;

namespace Endoscope.Sessions.Capture;

/// <summary>What a capture of pods brings.</summary>
public abstract record CaptureNews;

/// <summary>Packets of an interface follow.</summary>
/// <param name="Interface">Its number in the whole capture, from 0 in order of appearance.</param>
/// <param name="Offset">How far the node's clock was ahead of ours.</param>
public sealed record InterfaceAppeared(int Interface, PodToCapture Pod, CaptureInterfaceEvent About, ClockEstimate Offset) : CaptureNews;

/// <summary>Packets of one node.</summary>
/// <param name="Packets">As the agent sent them: with the session's numbers of interfaces and the node's clock.</param>
/// <param name="Interfaces">The interfaces' numbers in the whole capture, by those in the session.</param>
/// <param name="Correction">What is to be taken off their times, in nanoseconds.</param>
public sealed record PacketsCame(IReadOnlyList<CapturedPacket> Packets, IReadOnlyList<int> Interfaces, long Correction) : CaptureNews;

/// <summary>Counters of interfaces, by their numbers in the whole capture.</summary>
/// <param name="Time">When they were read, in nanoseconds since 1970, corrected.</param>
public sealed record CountersCame(long Time, IReadOnlyList<InterfaceCounters> Interfaces) : CaptureNews;

/// <summary>A pod, or one of its interfaces, is not captured, or no longer.</summary>
public sealed record PodLost(PodToCapture Pod, int? Interface, string Reason) : CaptureNews;

/// <summary>The session on a node has ended although nobody had asked it to: what was captured there since is lost.</summary>
public sealed record NodeLost(string Node, Exception Reason) : CaptureNews;
