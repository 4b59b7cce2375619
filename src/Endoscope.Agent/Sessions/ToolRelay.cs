using System.Buffers.Binary;
using Endoscope.Agent.Native;
using Endoscope.Agent.Tools;
using Endoscope.Protocol;

namespace Endoscope.Agent.Sessions;

/// <summary>Carries bytes between the client and a tool, and the client's signals and sizes to it.</summary>
internal sealed class ToolRelay(Tool tool, ClientLink client)
{
    private readonly InputQueue queue = new();
    private uint taken;
    private bool inputEnded;
    private bool errorFirst;

    /// <summary>Payload bytes of all output frames.</summary>
    public long OutputBytes { get; private set; }

    /// <summary>Payload bytes of all error frames.</summary>
    public long ErrorBytes { get; private set; }

    /// <summary>When the tool last said something, or waited for the client to take it.</summary>
    public TimeSpan ActiveAt { get; private set; } = MonotonicTime.Now;

    /// <summary>Whether the tool's output streams have both ended.</summary>
    public bool IsDrained => tool.Output == Descriptor.None && tool.Error == Descriptor.None;

    public PollEntry InputEntry => new() { Descriptor = queue.IsEmpty ? Descriptor.None : tool.Input, Events = PollEvents.Out };

    public PollEntry OutputEntry => Readable(tool.Output);

    public PollEntry ErrorEntry => Readable(tool.Error);

    /// <summary>Does what a client's frame asks for.</summary>
    /// <exception cref="InvalidDataException">A client that keeps to the protocol does not send this.</exception>
    public void Accept(FrameType type, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case FrameType.Input when !inputEnded:
                if (!queue.TryAdd(payload))
                {
                    throw new InvalidDataException($"more than {Frame.InputWindow} bytes of input are under way");
                }

                FeedTool();
                break;
            case FrameType.InputEnd when !inputEnded:
                inputEnded = true;
                FeedTool();
                break;
            case FrameType.Resize when payload.Length == 4:
                tool.Resize(new TerminalSize(
                    BinaryPrimitives.ReadUInt16BigEndian(payload), BinaryPrimitives.ReadUInt16BigEndian(payload[2..])));
                break;
            case FrameType.Signal when payload.Length == 1 && payload[0] is > 0 and <= Signals.Last:
                tool.SignalForeground(payload[0]);
                break;
            default:
                throw new InvalidDataException($"an unexpected frame of type {(int)type} and {payload.Length} bytes");
        }
    }

    /// <summary>Writes input the tool takes now, and ends its input when the client has.</summary>
    public void FeedTool()
    {
        if (!queue.IsEmpty)
        {
            var put = tool.Input == Descriptor.None ? -1 : queue.WriteTo(tool.Input);
            taken += (uint)(put < 0 ? DropInput() : put);
        }

        if (queue.IsEmpty && inputEnded)
        {
            tool.CloseInput();
        }
    }

    /// <summary>Passes on what the tool has said, as far as the client takes it.</summary>
    public void PassOutput(bool outputReady, bool errorReady)
    {
        if (client.IsFree && taken > 0)
        {
            BinaryPrimitives.WriteUInt32BigEndian(client.Payload, taken);
            taken = 0;
            client.Send(FrameType.InputTaken, sizeof(uint));
        }

        // Neither stream may starve the other when the client takes one frame at a time.
        for (var turn = 0; turn < 2 && client is { IsFree: true, IsGone: false }; turn++)
        {
            if (errorFirst ? errorReady : outputReady)
            {
                PassOne();
            }

            errorFirst = !errorFirst;
        }

        if (!client.IsFree)
        {
            ActiveAt = MonotonicTime.Now;
        }
    }

    private PollEntry Readable(int stream) =>
        new() { Descriptor = client.IsFree && !client.IsGone ? stream : Descriptor.None, Events = PollEvents.In };

    private void PassOne()
    {
        var got = (int)Descriptor.Read(errorFirst ? tool.Error : tool.Output, client.Payload);
        if (got > 0)
        {
            ActiveAt = MonotonicTime.Now;
            (OutputBytes, ErrorBytes) = errorFirst ? (OutputBytes, ErrorBytes + got) : (OutputBytes + got, ErrorBytes);
            client.Send(errorFirst ? FrameType.Error : FrameType.Output, got);
        }
        else if (got < 0 && Descriptor.LastError == Errno.Again)
        {
            return;
        }
        else if (errorFirst)
        {
            tool.CloseError();
        }
        else
        {
            // A terminal that nobody holds any more gives EIO instead of an end.
            tool.CloseOutput();
        }
    }

    private int DropInput()
    {
        tool.CloseInput();
        return queue.Clear();
    }
}
