using Endoscope.Terminal.Unix;

namespace Endoscope.Terminal.Tests;

/// <summary>A pipe of the system.</summary>
internal sealed unsafe class TestPipe : IDisposable
{
    private bool readEndOpen = true;
    private bool writeEndOpen = true;

    public TestPipe()
    {
        var ends = stackalloc int[2];
        Assert.Equal(0, LibC.Pipe(ends));
        (ReadEnd, WriteEnd) = (ends[0], ends[1]);
    }

    public int ReadEnd { get; }

    public int WriteEnd { get; }

    public void CloseReadEnd()
    {
        readEndOpen = false;
        _ = LibC.Close(ReadEnd);
    }

    public void CloseWriteEnd()
    {
        writeEndOpen = false;
        _ = LibC.Close(WriteEnd);
    }

    public void Dispose()
    {
        if (readEndOpen)
        {
            CloseReadEnd();
        }

        if (writeEndOpen)
        {
            CloseWriteEnd();
        }
    }
}
