using Endoscope.Cli.Extcap;

namespace Endoscope.Cli.Tests.Extcap;

public sealed class LauncherTests
{
    [Fact]
    public void StartsThisProgramWithTheOptionsOfTheInstallation()
    {
        var text = Launcher.Plan(
            isWindows: false, "/opt/it's/scope", ["-n", "shop"], ["--interface-per-pod"], [new("KUBECONFIG", "/home/jane/a config"), new("PATH", "/opt/bin")]);

        Assert.Equal(
            """
            #!/bin/sh
            # Made by 'scope extcap install'; 'scope extcap uninstall' removes it.
            KUBECONFIG=${KUBECONFIG:-'/home/jane/a config'}; export KUBECONFIG
            PATH=$PATH:'/opt/bin'; export PATH
            exec '/opt/it'\''s/scope' '-n' 'shop' 'extcap' '--interface-per-pod' "$@"

            """,
            text);
        Assert.True(Launcher.IsOurs(text));
    }

    [Fact]
    public void IsABatchFileOnWindows()
    {
        var text = Launcher.Plan(isWindows: true, @"C:\Program Files\scope.exe", ["--context", "a%b"], [], [new("PATH", @"C:\bin")]);

        Assert.Equal(
            "@echo off\r\nrem Made by 'scope extcap install'; 'scope extcap uninstall' removes it.\r\n\"C:\\Program Files\\scope.exe\" \"--context\" \"a%%b\" \"extcap\" %*\r\n",
            text);
        Assert.Equal("scope.bat", Launcher.Name(isWindows: true));
    }

    [Fact]
    public void GivesWholePathsToOptionsThatNameFiles() => Assert.Equal(
        ["--kubeconfig", Path.GetFullPath("my/config"), "-n", "my/ns"],
        Launcher.WithWholePaths(["--kubeconfig", "my/config", "-n", "my/ns"]));

    [Theory]
    [InlineData("/home/jane/.local/lib/wireshark/extcap", "Temp:\t/tmp\nPersonal configuration:\t/home/jane/.config/wireshark\nPersonal Extcap path:\t/home/jane/.local/lib/wireshark/extcap\nGlobal Extcap path:\t/usr/lib/wireshark/extcap\n")]
    [InlineData("/home/jane/.config/wireshark/extcap", "Temp:                \t/tmp\nPersonal configuration:\t/home/jane/.config/wireshark\nExtcap path:         \t/usr/lib/wireshark/extcap\n")]
    [InlineData(@"C:\Users\jane\AppData\Roaming\Wireshark\extcap", "Personal Extcap path:\tC:\\Users\\jane\\AppData\\Roaming\\Wireshark\\extcap\r\n")]
    [InlineData(null, "Temp:\t/tmp\nPersonal configuration:\t\n")]
    public void FindsTheFolderInWhatTsharkSays(string? expected, string said) => Assert.Equal(expected, WiresharkFolders.Parse(said));
}
