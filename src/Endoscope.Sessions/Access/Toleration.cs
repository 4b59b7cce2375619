namespace Endoscope.Sessions.Access;

/// <summary>A taint that a debug pod tolerates.</summary>
/// <param name="Key">The taint's key.</param>
/// <param name="Value">Its value; null for any.</param>
/// <param name="Effect"><c>NoSchedule</c>, <c>PreferNoSchedule</c> or <c>NoExecute</c>; null for any.</param>
public sealed record Toleration(string Key, string? Value, string? Effect);
