namespace Endoscope.Cli.Capture;

/// <summary>What the options of <c>scope capture</c> ask for, apart from what the agents are asked.</summary>
internal sealed record CaptureSettings
{
    /// <summary>How the capture was asked for, for the file's header.</summary>
    public required string CommandLine { get; init; }

    /// <summary>Ends it after this time.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Ends it after so many packets.</summary>
    public long? Packets { get; init; }

    /// <summary>Ends it when so many bytes are written.</summary>
    public long? Size { get; init; }

    /// <summary>How many pods are captured at most.</summary>
    public required int MaxPods { get; init; }
}

/// <summary>A ring of files.</summary>
internal sealed record Ring(int Files, long Size);
