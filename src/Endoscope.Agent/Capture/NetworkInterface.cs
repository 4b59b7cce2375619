using System.Globalization;
using System.Net;
using System.Numerics;
using System.Runtime.InteropServices;
using Endoscope.Agent.Native;

namespace Endoscope.Agent.Capture;

/// <summary>A network interface of the calling thread's network namespace.</summary>
internal sealed class NetworkInterface(string name, uint flags)
{
    private const uint Up = 0x1;
    private const uint LoopbackFlag = 0x8;

    public string Name { get; } = name;

    /// <summary>Whether it is up and goes anywhere.</summary>
    public bool IsReal => (flags & (Up | LoopbackFlag)) == Up;

    /// <summary>Whether it has an address of its own, unlike the node's ends of the pods' links.</summary>
    public bool HasAddress => Addresses.Exists(address => !address.StartsWith("fe80:", StringComparison.Ordinal));

    /// <summary>Its addresses with their prefix lengths.</summary>
    public List<string> Addresses { get; } = [];

    /// <summary>Twelve hexadecimal digits, or null.</summary>
    public string? HardwareAddress { get; private set; }

    /// <summary>Those there are, in the kernel's order.</summary>
    public static unsafe IReadOnlyList<NetworkInterface> List()
    {
        InterfaceAddress* first;
        if (Libc.GetInterfaceAddresses(&first) < 0)
        {
            throw NativeException.Last("getifaddrs");
        }

        try
        {
            var all = new List<NetworkInterface>();
            for (var one = first; one != null; one = one->Next)
            {
                var name = Marshal.PtrToStringUTF8((nint)one->Name)!;
                if (all.Find(known => known.Name == name) is not { } found)
                {
                    all.Add(found = new NetworkInterface(name, one->Flags));
                }

                found.Add(one->Address, one->Netmask);
            }

            return all;
        }
        finally
        {
            Libc.FreeInterfaceAddresses(first);
        }
    }

    // struct sockaddr_in, sockaddr_in6 and sockaddr_ll.
    private unsafe void Add(byte* address, byte* netmask)
    {
        switch (address == null ? 0 : *(ushort*)address)
        {
            case 2:
                AddAddress(new ReadOnlySpan<byte>(address + 4, 4), netmask == null ? [] : new ReadOnlySpan<byte>(netmask + 4, 4));
                break;
            case 10:
                AddAddress(new ReadOnlySpan<byte>(address + 8, 16), netmask == null ? [] : new ReadOnlySpan<byte>(netmask + 8, 16));
                break;
            case 17 when address[11] == 6 && (flags & LoopbackFlag) == 0:
                HardwareAddress = Convert.ToHexStringLower(new ReadOnlySpan<byte>(address + 12, 6));
                break;
        }
    }

    private void AddAddress(ReadOnlySpan<byte> address, ReadOnlySpan<byte> netmask)
    {
        var prefix = 0;
        foreach (var part in netmask)
        {
            prefix += BitOperations.PopCount(part);
        }

        Addresses.Add(string.Create(CultureInfo.InvariantCulture, $"{new IPAddress(address)}/{prefix}"));
    }
}
