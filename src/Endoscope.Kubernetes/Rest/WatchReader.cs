using System.IO.Pipelines;
using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using k8s.Models;

namespace Endoscope.Kubernetes.Rest;

/// <summary>One line of a watch.</summary>
/// <param name="Type"><c>ADDED</c>, <c>MODIFIED</c>, <c>DELETED</c>, <c>BOOKMARK</c> or <c>ERROR</c>.</param>
/// <param name="Pod">The pod; null for an error.</param>
/// <param name="ErrorCode">The HTTP status that an error stands for.</param>
internal sealed record WatchEvent(string Type, V1Pod? Pod, int ErrorCode, string? ErrorMessage);

/// <summary>Reads the lines of a watch's answer, each a JSON object.</summary>
internal static class WatchReader
{
    // The API server stores no object of more than 1.5 MiB in etcd; managed fields and encoding may add to it.
    private const int MaxLine = 16 * 1024 * 1024;

    public static async IAsyncEnumerable<WatchEvent> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pipe = PipeReader.Create(stream);
        while (true)
        {
            var read = await pipe.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                var line = rest.Slice(0, end);
                if (!line.IsEmpty)
                {
                    yield return Parse(line);
                }

                rest = rest.Slice(rest.GetPosition(1, end));
            }

            if (read.IsCompleted)
            {
                yield break;
            }

            if (rest.Length > MaxLine)
            {
                throw new InvalidDataException("a line of the watch is longer than 16 MiB");
            }

            pipe.AdvanceTo(rest.Start, rest.End);
        }
    }

    /// <summary>Reads one line. Pure.</summary>
    /// <exception cref="JsonException">It is no watch event; a line that was cut off is none either.</exception>
    public static WatchEvent Parse(ReadOnlySequence<byte> line)
    {
        try
        {
            return ParseJson(line);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new JsonException("not a watch event", e);
        }
    }

    private static WatchEvent ParseJson(ReadOnlySequence<byte> line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("object", out var item)
            || !root.TryGetProperty("type", out var type) || type.GetString() is not { } kind)
        {
            throw new JsonException("not a watch event");
        }

        if (kind != "ERROR")
        {
            return new WatchEvent(kind, item.Deserialize(ModelJson.Default.V1Pod), 0, null);
        }

        var code = item.TryGetProperty("code", out var number) && number.TryGetInt32(out var value) ? value : 0;
        return new WatchEvent(kind, null, code, item.TryGetProperty("message", out var message) ? message.GetString() : null);
    }
}
