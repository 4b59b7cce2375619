using System.Runtime.InteropServices;

namespace Endoscope.Agent.Native;

/// <summary>A system call failed in a way nothing was foreseen for.</summary>
internal sealed class NativeException(string call, int error)
    : Exception($"{call}: {Marshal.GetPInvokeErrorMessage(error)}")
{
    public static NativeException Last(string call) => new(call, Descriptor.LastError);
}
