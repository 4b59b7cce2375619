namespace Endoscope.Cli.Capture;

/// <summary>Who makes lines of packets.</summary>
internal enum Decoder
{
    /// <summary>Nobody: there are no lines.</summary>
    None,

    /// <summary>tshark where it is there, else scope.</summary>
    Auto,

    /// <summary>scope.</summary>
    Own,

    /// <summary>tshark.</summary>
    Tshark,
}

/// <summary>Where the user wants the packets of a capture.</summary>
/// <param name="Path">The file; <c>-</c> is standard output; null where none was named.</param>
internal sealed record CaptureDestination(string? Path, Ring? Ring, bool Wireshark, Decoder Decoder)
{
    /// <summary>What stands for standard output.</summary>
    public const string StandardOutput = "-";

    /// <summary>Refuses what contradicts itself.</summary>
    /// <param name="isJson">Whether results are wanted as JSON.</param>
    /// <param name="isTerminal">Whether standard output is a terminal.</param>
    /// <param name="showsLines">Whether lines go to standard output.</param>
    /// <exception cref="UsageException">It does.</exception>
    public void Check(bool isJson, bool isTerminal, bool showsLines)
    {
        if (Wireshark && Path is not null)
        {
            throw new UsageException("--wireshark and -w exclude each other", "Wireshark saves what it shows");
        }

        if (Wireshark && showsLines)
        {
            throw new UsageException("--wireshark and lines on standard output exclude each other", "leave --wireshark out, or --decode and --between");
        }

        if (Path == StandardOutput && showsLines)
        {
            throw new UsageException("packets and lines cannot both go to standard output", "-w FILE names a file for the packets");
        }

        if (isJson && Decoder == Decoder.Tshark)
        {
            throw new UsageException("tshark's lines are no JSON that scope knows", "--decode=own -o json is scope's own");
        }

        if (Ring is not null && (Path ?? StandardOutput) == StandardOutput)
        {
            throw new UsageException("a ring is made of files", "-w FILE names them");
        }

        if (Path is null && !Wireshark && !showsLines && isTerminal)
        {
            throw new UsageException(
                "packets are not for a terminal",
                "--decode shows a line a packet, --wireshark shows them in Wireshark, -w FILE names a file for them, -w - and a pipe give them to another program");
        }
    }
}
