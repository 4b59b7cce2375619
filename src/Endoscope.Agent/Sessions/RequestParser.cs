using System.Text.Json;
using Endoscope.Agent.Processes;
using Endoscope.Protocol;

namespace Endoscope.Agent.Sessions;

/// <summary>Reads and checks a client's first frame.</summary>
internal static class RequestParser
{
    private static readonly TimeSpan LeastInterval = TimeSpan.FromMilliseconds(100);

    /// <exception cref="AgentException">It is not a request this agent understands.</exception>
    public static (AgentRequest Request, ProcessGroup Group) Parse(FrameType type, ReadOnlySpan<byte> payload)
    {
        if (type != FrameType.Request)
        {
            throw Refuse($"the first frame is of type {(int)type} and not a request");
        }

        var request = Read(payload);
        if (request.Version != AgentRequest.CurrentVersion)
        {
            throw Refuse($"version {request.Version} of the protocol was asked for; this agent speaks {AgentRequest.CurrentVersion}");
        }

        switch (request)
        {
            case RunRequest run:
                CheckArguments(run.Argv);
                CheckVariables(run.Environment);
                CheckArguments(run.Guard ?? []);
                if (run.Argv is not [{ Length: > 0 }, ..] || run.Guard is not (null or [{ Length: > 0 }, ..]))
                {
                    throw Refuse("no program is named");
                }

                break;
            case ListProcessesRequest { Interval: { } interval } when interval < LeastInterval:
                throw Refuse($"processes are looked at no more often than every {LeastInterval.TotalMilliseconds:0} ms");
            case AttachRequest attach:
                CheckArguments(attach.Arguments);
                CheckVariables(attach.Environment);
                break;
            case CaptureRequest capture:
                Check(capture);
                break;
            case FileRequest file when string.IsNullOrEmpty(file.Path) || file.Path.Contains('\0'):
                throw Refuse("a path is empty or holds a NUL character");
        }

        return (request, GroupOf(request.ContainerId, request.PodUid));
    }

    /// <summary>Reads a frame that names one more pod to capture.</summary>
    /// <exception cref="InvalidDataException">It does not name one.</exception>
    public static (int Key, ProcessGroup Group) ParseCaptureTarget(ReadOnlySpan<byte> payload)
    {
        try
        {
            var target = JsonSerializer.Deserialize(payload, ProtocolJson.Default.CaptureTarget) ?? throw new JsonException("it is empty");
            return (target.Key, GroupOf(target.ContainerId, target.PodUid));
        }
        catch (Exception exception) when (exception is JsonException or AgentException)
        {
            throw new InvalidDataException($"a pod to capture is not named rightly: {exception.Message}");
        }
    }

    private static AgentRequest Read(ReadOnlySpan<byte> payload)
    {
        try
        {
            return JsonSerializer.Deserialize(payload, ProtocolJson.Default.AgentRequest) ?? throw Refuse("the request is empty");
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw Refuse("the request is none that this agent knows");
        }
    }

    private static ProcessGroup GroupOf(string? containerId, string? podUid) => (containerId, podUid) switch
    {
        ({ } id, null) => ContainerId.Parse(id) ?? throw Refuse("a container ID has 64 hexadecimal digits"),
        (null, { } uid) => PodUid.Parse(uid) ?? throw Refuse("a pod's UID is a UUID"),
        _ => throw Refuse("one of a container ID and a pod's UID is needed"),
    };

    private static void CheckArguments(IReadOnlyList<string> arguments)
    {
        if (arguments.Any(argument => argument is null || argument.Contains('\0')))
        {
            throw Refuse("an argument holds a NUL character");
        }
    }

    private static void CheckVariables(IReadOnlyDictionary<string, string> variables)
    {
        if (variables.Any(variable =>
            variable.Key.Length == 0 || variable.Key.AsSpan().ContainsAny('=', '\0')
            || variable.Value is null || variable.Value.Contains('\0')))
        {
            throw Refuse("a variable's name is empty or holds '=', or its value holds a NUL character");
        }
    }

    private static void Check(CaptureRequest capture)
    {
        if (capture.SnapLength is < 1 or > PacketEncoder.LongestPacket)
        {
            throw Refuse($"packets can be cut after 1 to {PacketEncoder.LongestPacket} bytes");
        }

        if (capture.KubeletPort is < 1 or > ushort.MaxValue || capture.Filter?.Contains('\0') == true
            || capture.Interfaces.Any(name => string.IsNullOrEmpty(name) || name.Contains('\0')))
        {
            throw Refuse("a port, a filter or an interface's name makes no sense");
        }
    }

    private static AgentException Refuse(string message) => new(AgentErrorCode.Protocol, message);
}
