namespace Endoscope.Terminal.Tests;

/// <summary>Waits, within bounds, for what another thread does.</summary>
internal static class Eventually
{
    public static async Task Holds(Func<bool> condition)
    {
        for (var i = 0; i < 500 && !condition(); i++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.True(condition(), "did not come to hold within 5 s");
    }
}
