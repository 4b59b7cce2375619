using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Endoscope.Testing.ApiServer;

/// <summary>The server's side of one exec: what the test lets the container do.</summary>
public sealed class ExecCall
{
    private const byte InputChannel = 0;
    private const byte OutputChannel = 1;
    private const byte ErrorChannel = 2;
    private const byte StatusChannel = 3;
    private const byte CloseChannel = 255;

    private readonly HttpContext context;
    private readonly WebSocket socket;
    private readonly GateStream gate;
    private readonly Pipe input = new(new PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024));
    private readonly SemaphoreSlim sending = new(1, 1);
    private byte[] message = new byte[32 * 1024];
    private bool over;

    internal ExecCall(HttpContext context, WebSocket socket, GateStream gate, string ns, string pod)
    {
        this.context = context;
        this.socket = socket;
        this.gate = gate;
        Namespace = ns;
        Pod = pod;
        Output = new ChannelStream(this, OutputChannel);
        Error = new ChannelStream(this, ErrorChannel);
        Input = input.Reader.AsStream();
    }

    /// <summary>The pod's namespace.</summary>
    public string Namespace { get; }

    /// <summary>The pod.</summary>
    public string Pod { get; }

    /// <summary>The container.</summary>
    public string Container => context.Request.Query["container"].ToString();

    /// <summary>The command.</summary>
    public IReadOnlyList<string> Command => [.. context.Request.Query["command"].Select(argument => argument ?? "")];

    /// <summary>The subprotocol that was agreed on.</summary>
    public string Protocol => socket.SubProtocol ?? "";

    /// <summary>What the client sends; ends when it half-closes.</summary>
    public Stream Input { get; }

    /// <summary>What the client reads as standard output: each write is a message.</summary>
    public Stream Output { get; }

    /// <summary>What the client reads as standard error.</summary>
    public Stream Error { get; }

    /// <summary>Ends the command as the server does, with its Status and a closed socket.</summary>
    public Task ExitAsync(int code) => EndAsync(code == 0
        ? """{"metadata":{},"status":"Success"}"""
        : $$"""{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: exit status {{code}}","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"{{code}}"}]} }""");

    /// <summary>Says that the command could not be run.</summary>
    public Task FailAsync(string message) => EndAsync(
        $$"""{"metadata":{},"status":"Failure","message":"{{System.Text.Json.JsonEncodedText.Encode(message)}}","reason":"InternalError"}""");

    /// <summary>Cuts the TCP connection, with no word of explanation.</summary>
    public void Cut()
    {
        over = true;
        context.Abort();
    }

    /// <summary>Closes the socket in good order, but without a Status.</summary>
    public async Task CloseWithoutStatusAsync(WebSocketCloseStatus status, string reason)
    {
        over = true;
        await socket.CloseOutputAsync(status, reason, CancellationToken.None);
    }

    /// <summary>From now on neither reads nor answers, like a peer whose packets are lost, until the client goes.</summary>
    public async Task VanishAsync()
    {
        over = true;
        Vanished = true;
        gate.Shut();
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(() => gone.TrySetResult());
        await gone.Task;
    }

    internal bool Vanished { get; private set; }

    internal bool IsOver => over;

    /// <summary>Sends one message of a channel.</summary>
    public async Task SendAsync(byte channel, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        await sending.WaitAsync(cancellationToken);
        try
        {
            // One buffer for all messages: a test that measures the client's memory should not measure this.
            if (message.Length <= data.Length)
            {
                message = new byte[data.Length + 1];
            }

            message[0] = channel;
            data.CopyTo(message.AsMemory(1));
            await socket.SendAsync(message.AsMemory(0, data.Length + 1), WebSocketMessageType.Binary, true, cancellationToken);
        }
        finally
        {
            sending.Release();
        }
    }

    /// <summary>Passes the client's messages on until it closes. Stops reading while the input is not taken, as a server does.</summary>
    internal async Task ReceiveAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (!Vanished)
            {
                var length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                    length += part.Count;
                }
                while (!part.EndOfMessage);

                if (part.MessageType == WebSocketMessageType.Close || (length == 2 && buffer[0] == CloseChannel && buffer[1] == InputChannel))
                {
                    break;
                }

                if (length > 1 && buffer[0] == InputChannel)
                {
                    await input.Writer.WriteAsync(buffer.AsMemory(1, length - 1));
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away; its input ends here.
        }

        await input.Writer.CompleteAsync();
    }

    private async Task EndAsync(string status)
    {
        over = true;
        await SendAsync(StatusChannel, Encoding.UTF8.GetBytes(status), CancellationToken.None);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    private sealed class ChannelStream(ExecCall call, byte channel) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
            => await call.SendAsync(channel, buffer, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
            => call.SendAsync(channel, buffer.AsMemory(offset, count), cancellationToken);
    }
}
