namespace Endoscope.Terminal.Tests;

/// <summary>What the tests of the Unix half need.</summary>
public static class OnLinux
{
    public const string Why = "uses Linux numbers for pseudo-terminals and signals";

    public static bool Holds => OperatingSystem.IsLinux();
}
