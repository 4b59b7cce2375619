using Endoscope.Agent.Tools;

namespace Endoscope.Agent.Tests.Tools;

public sealed class ToolExitTests
{
    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(7 << 8, 7, null)]
    [InlineData(255 << 8, 255, null)]
    [InlineData(9, 137, 9)]
    [InlineData(11 | 0x80, 139, 11)]
    public void ReadsTheStatusOfWaitpid(int status, int code, int? signal) =>
        Assert.Equal(new ToolExit(code, signal), ToolExit.FromWaitStatus(status));
}
