using Endoscope.Protocol;

namespace Endoscope.Cli.Capture;

/// <summary>Reads what an agent says of an interface; what it does not say rightly is not there. Pure.</summary>
internal static class InterfaceFacts
{
    /// <summary>Six bytes, or none.</summary>
    public static byte[] HardwareAddress(CaptureInterfaceEvent about) =>
        about.HardwareAddress is { Length: 12 } digits && digits.All(char.IsAsciiHexDigit) ? Convert.FromHexString(digits) : [];
}
