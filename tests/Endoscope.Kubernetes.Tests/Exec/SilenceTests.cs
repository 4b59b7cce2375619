using Endoscope.Kubernetes.Exec;

namespace Endoscope.Kubernetes.Tests.Exec;

public class SilenceTests
{
    [Theory]
    [InlineData(5, 5, 0, "Fine")]
    [InlineData(10, 10, 0, "Ask")]
    [InlineData(10, null, 0, "Ask")]
    [InlineData(300, null, 0, "Ask")]
    [InlineData(5, 15, 0, "Fine")]
    [InlineData(5, 20, 0, "Gone")]
    [InlineData(10, 20, 0, "Gone")]
    [InlineData(10, 5, 0, "Ask")]
    [InlineData(25, 25, 0, "Ask")]
    [InlineData(5, 60, 1_000_000, "Fine")]
    public void JudgesByWhoWasAskedAndWhoIsListening(int sincePing, int? reading, long unanswered, string verdict)
        => Assert.Equal(verdict, Silence.Judge(
            TimeSpan.FromSeconds(sincePing), reading is { } seconds ? TimeSpan.FromSeconds(seconds) : null, unanswered).ToString());
}
