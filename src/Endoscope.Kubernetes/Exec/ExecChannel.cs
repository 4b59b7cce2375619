namespace Endoscope.Kubernetes.Exec;

/// <summary>The first byte of each message of the channel.k8s.io subprotocols: whose bytes follow.</summary>
internal static class ExecChannel
{
    public const byte Input = 0;
    public const byte Output = 1;
    public const byte Error = 2;
    public const byte Status = 3;

    /// <summary>From v5 on: the channel named by the next byte has ended.</summary>
    public const byte Close = 255;
}
