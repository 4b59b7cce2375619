namespace Endoscope.Sessions.Diagnosis;

/// <summary>How something stands.</summary>
public enum Standing
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>It works, with something missing that would be of use.</summary>
    Lacking,

    /// <summary>It does not work.</summary>
    Bad,

    /// <summary>It cannot be known beforehand.</summary>
    Unknown,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Check">What was looked at.</param>
/// <param name="Detail">What was found; it may quote hostile text.</param>
/// <param name="Next">The one thing to do about it; null where there is nothing to do.</param>
public sealed record Finding(string Check, Standing Standing, string Detail, string? Next = null);
