using System.Text;

namespace Endoscope.Cli.Extcap;

/// <summary>What a message to or from a toolbar does.</summary>
internal enum ToolbarCommand : byte
{
    /// <summary>From Wireshark: it has said all that the user had set before.</summary>
    Initialized = 0,

    /// <summary>Sets a value, or tells that a button was pressed.</summary>
    Set = 1,

    /// <summary>Adds to a log or a list.</summary>
    Add = 2,

    /// <summary>Shows a message that the user has to close.</summary>
    Information = 7,
}

/// <summary>
/// A message on a control pipe: <c>T</c>, three bytes of length (big endian, of what follows), the control's number, the command, and up
/// to 65,535 bytes that depend on both.
/// </summary>
internal sealed record ToolbarMessage(byte Control, ToolbarCommand Command, byte[] Payload)
{
    private const byte Mark = (byte)'T';
    private const int HeaderLength = 6;
    private const int CountedOfHeader = 2;
    private const int LongestPayload = 65_535;

    /// <summary>A message with text, cut to what fits.</summary>
    public static ToolbarMessage Of(byte control, ToolbarCommand command, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return new ToolbarMessage(control, command, bytes.Length <= LongestPayload ? bytes : bytes[..LongestPayload]);
    }

    /// <summary>Its bytes on the pipe.</summary>
    public byte[] Format()
    {
        var length = Payload.Length + CountedOfHeader;
        return [Mark, (byte)(length >> 16), (byte)(length >> 8), (byte)length, Control, (byte)Command, .. Payload];
    }

    /// <summary>The next message, or null when the pipe is closed or says something else.</summary>
    public static async Task<ToolbarMessage?> ReadAsync(Stream pipe, CancellationToken cancellationToken)
    {
        var header = new byte[HeaderLength];
        if (await pipe.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, cancellationToken) < HeaderLength)
        {
            return null;
        }

        var length = (header[1] << 16 | header[2] << 8 | header[3]) - CountedOfHeader;
        if (header[0] != Mark || length is < 0 or > LongestPayload)
        {
            return null;
        }

        var payload = new byte[length];
        return await pipe.ReadAtLeastAsync(payload, length, throwOnEndOfStream: false, cancellationToken) == length
            ? new ToolbarMessage(header[4], (ToolbarCommand)header[5], payload)
            : null;
    }
}
