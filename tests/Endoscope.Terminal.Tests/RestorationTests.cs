namespace Endoscope.Terminal.Tests;

public sealed class RestorationTests
{
    [Fact]
    public void RestoresOnceHoweverOftenItIsDisposed()
    {
        var times = 0;
        var restoration = new Restoration(() => times++);

        restoration.Dispose();
        restoration.Dispose();

        Assert.Equal(1, times);
    }
}
