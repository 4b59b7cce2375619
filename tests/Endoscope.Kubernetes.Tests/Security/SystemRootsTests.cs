using System.Runtime.InteropServices;
using Endoscope.Kubernetes.Security;

namespace Endoscope.Kubernetes.Tests.Security;

public partial class SystemRootsTests
{
    [Fact]
    public void LeavesTheEnvironmentOfChildrenAsItWas()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere nothing is done");
        var before = (Variable("SSL_CERT_DIR"), Variable("SSL_CERT_FILE"));

        SystemRoots.Skip();

        Assert.Equal(before, (Variable("SSL_CERT_DIR"), Variable("SSL_CERT_FILE")));
    }

    private static string? Variable(string name) => Marshal.PtrToStringUTF8(GetVariable(name));

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetVariable(string name);
}
