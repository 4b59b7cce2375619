using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Endoscope.Kubernetes.Exec;

/// <summary>Why the peer closed a WebSocket.</summary>
/// <param name="Code">The status code of RFC 6455, section 7.4; 1005 where none was sent.</param>
/// <param name="Text">The peer's words; hostile text.</param>
internal sealed record CloseReason(int Code, string Text)
{
    public static CloseReason Parse(ReadOnlySpan<byte> payload) => payload.Length < 2
        ? new CloseReason(1005, "")
        : new CloseReason(BinaryPrimitives.ReadUInt16BigEndian(payload), Encoding.UTF8.GetString(payload[2..]));

    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"code {Code}") + (Text.Length == 0 ? "" : $", {Text}");
}
