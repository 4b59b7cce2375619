using System.Text;

namespace Endoscope.Kubernetes.Exec;

/// <summary>An exec connection whose messages are sorted while the output is being read.</summary>
internal sealed class ExecSession : IExecSession
{
    private const int MaxErrorText = 8 * 1024;
    private const int MaxStatus = 64 * 1024;

    private readonly WebSocketConnection connection;
    private readonly MemoryStream error = new();
    private readonly MemoryStream status = new();
    private readonly byte[] scratch = new byte[4096];
    private int channel = -1;
    private bool ended;

    /// <param name="halfCloses">Whether the subprotocol can end the input alone.</param>
    public ExecSession(WebSocketConnection connection, bool halfCloses)
    {
        this.connection = connection;
        Output = new ExecOutput(this);
        Input = new ExecInput(connection, halfCloses);
    }

    public Stream Output { get; }

    public Stream Input { get; }

    public ExecStatus? Status { get; private set; }

    public string ErrorText
    {
        get
        {
            lock (error)
            {
                return Encoding.UTF8.GetString(error.GetBuffer(), 0, (int)error.Length);
            }
        }
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    /// <summary>Reads standard output, putting aside what belongs to the other channels.</summary>
    public async ValueTask<int> ReadOutputAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        while (!ended && destination.Length > 0)
        {
            if (channel < 0)
            {
                await NextMessageAsync(cancellationToken);
            }
            else if (channel == ExecChannel.Output)
            {
                if (await connection.ReadAsync(destination, cancellationToken) is > 0 and var count)
                {
                    return count;
                }

                channel = -1;
            }
            else
            {
                await PutAsideAsync(cancellationToken);
            }
        }

        return 0;
    }

    private async ValueTask NextMessageAsync(CancellationToken cancellationToken)
    {
        if (!await connection.NextMessageAsync(cancellationToken))
        {
            throw new ConnectionLostException(connection.Closed is { } reason
                ? $"the server closed the connection before the command had ended ({reason})"
                : "the connection ended before the command had");
        }

        if (await connection.ReadAsync(scratch.AsMemory(0, 1), cancellationToken) == 1)
        {
            channel = scratch[0];
        }
    }

    private async ValueTask PutAsideAsync(CancellationToken cancellationToken)
    {
        var count = await connection.ReadAsync(scratch, cancellationToken);
        if (channel == ExecChannel.Error)
        {
            lock (error)
            {
                error.Write(scratch, 0, (int)Math.Min(count, MaxErrorText - error.Length));
            }
        }
        else if (channel == ExecChannel.Status)
        {
            status.Write(scratch, 0, (int)Math.Min(count, MaxStatus - status.Length));
            if (count == 0 && status.Length > 0)
            {
                // The server sends it after all output: nothing that matters can follow.
                Status = ExecStatusReader.Parse(status.ToArray());
                ended = true;
            }
        }

        if (count == 0)
        {
            channel = -1;
        }
    }
}
