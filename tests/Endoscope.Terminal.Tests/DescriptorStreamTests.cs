using Endoscope.Terminal.Unix;
using Microsoft.Win32.SafeHandles;

namespace Endoscope.Terminal.Tests;

public sealed class DescriptorStreamTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(SkipUnless = nameof(OnLinux.Holds), SkipType = typeof(OnLinux), Skip = OnLinux.Why)]
    public async Task SaysThatTheReaderWentAway()
    {
        using var pipe = new TestPipe();
        var stream = new DescriptorStream(pipe.WriteEnd, "standard output", FileAccess.Write);
        pipe.CloseReadEnd();

        var failure = await Assert.ThrowsAsync<IOException>(async () => await stream.WriteAsync("x"u8.ToArray(), Cancellation));

        Assert.True(BrokenPipe.IsCause(failure));
        Assert.Equal("writing standard output: Broken pipe", failure.Message);
    }

    [Fact(SkipUnless = nameof(OnLinux.Holds), SkipType = typeof(OnLinux), Skip = OnLinux.Why)]
    public async Task AFullDiskIsNotABrokenPipe()
    {
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
        var stream = new DescriptorStream((int)full.DangerousGetHandle(), "standard output", FileAccess.Write);

        var failure = await Assert.ThrowsAsync<IOException>(async () => await stream.WriteAsync("x"u8.ToArray(), Cancellation));

        Assert.False(BrokenPipe.IsCause(failure));
        Assert.Equal("writing standard output: No space left on device", failure.Message);
    }

    [Fact(SkipUnless = nameof(OnLinux.Holds), SkipType = typeof(OnLinux), Skip = OnLinux.Why)]
    public async Task ACancelledReadTakesNothing()
    {
        using var pipe = new TestPipe();
        var reader = new DescriptorStream(pipe.ReadEnd, "standard input", FileAccess.Read);
        var writer = new DescriptorStream(pipe.WriteEnd, "standard output", FileAccess.Write);
        var buffer = new byte[8];
        for (var round = 0; round < 3; round++)
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            var pending = reader.ReadAsync(buffer, cancel.Token).AsTask();
            await Task.Delay(20, Cancellation);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
        }

        await writer.WriteAsync("abc"u8.ToArray(), Cancellation);

        Assert.Equal(3, await reader.ReadAsync(buffer, Cancellation));
    }

    [Fact(SkipUnless = nameof(OnLinux.Holds), SkipType = typeof(OnLinux), Skip = OnLinux.Why)]
    public async Task EndsWhereThePipeEnds()
    {
        using var pipe = new TestPipe();
        var reader = new DescriptorStream(pipe.ReadEnd, "standard input", FileAccess.Read);
        pipe.CloseWriteEnd();

        Assert.Equal(0, await reader.ReadAsync(new byte[8], Cancellation));
    }

    [Fact(SkipUnless = nameof(OnLinux.Holds), SkipType = typeof(OnLinux), Skip = OnLinux.Why)]
    public async Task AWriteThatNobodyTakesCanBeCancelled()
    {
        using var pipe = new TestPipe();
        var writer = new DescriptorStream(pipe.WriteEnd, "standard output", FileAccess.Write);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var pending = writer.WriteAsync(new byte[1 << 20], cancel.Token).AsTask();
        await Task.Delay(20, Cancellation);
        Assert.False(pending.IsCompleted);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
        pipe.CloseReadEnd();
    }

    [Fact(SkipUnless = nameof(OnLinux.Holds), SkipType = typeof(OnLinux), Skip = OnLinux.Why)]
    public async Task TwoStreamsOnOneFileDoNotOverwriteEachOther()
    {
        var path = Path.GetTempFileName();
        try
        {
            using (SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
            {
                var output = new DescriptorStream((int)file.DangerousGetHandle(), "standard output", FileAccess.Write);
                var error = new DescriptorStream((int)file.DangerousGetHandle(), "standard error", FileAccess.Write);
                await output.WriteAsync("one "u8.ToArray(), Cancellation);
                await error.WriteAsync("two "u8.ToArray(), Cancellation);
                await output.WriteAsync("three"u8.ToArray(), Cancellation);
            }

            Assert.Equal("one two three", await File.ReadAllTextAsync(path, Cancellation));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
