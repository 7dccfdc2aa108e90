using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace QuicPair.Rtc.Wire;

/// <summary>
/// An IP address and a UDP port as a small value: no allocation to compare, hash or keep. IPv4 is held as its
/// IPv4-mapped IPv6 form (RFC 4291, 2.5.5.2), so both spellings of one address are equal.
/// </summary>
public readonly record struct TransportAddress
{
    private const ulong MappedPrefix = 0x0000_FFFF_0000_0000;

    private static readonly SearchValues<char> AddressCharacters =
        SearchValues.Create("0123456789abcdefABCDEF.:");

    private readonly ulong _high;
    private readonly ulong _low;

    private TransportAddress(ulong high, ulong low, ushort port)
    {
        _high = high;
        _low = low;
        Port = port;
    }

    /// <summary>The UDP port.</summary>
    public ushort Port { get; }

    /// <summary>Whether this is an IPv4 address, plain or mapped.</summary>
    public bool IsIPv4 => _high == 0 && _low >> 32 == MappedPrefix >> 32;

    /// <summary>Length of the address alone: 4 or 16 bytes.</summary>
    public int AddressLength => IsIPv4 ? 4 : 16;

    /// <summary>127.0.0.0/8 or ::1.</summary>
    public bool IsLoopback => IsIPv4 ? (byte)(_low >> 24) == 127 : _high == 0 && _low == 1;

    /// <summary>169.254.0.0/16 or fe80::/10.</summary>
    public bool IsLinkLocal => IsIPv4 ? (ushort)(_low >> 16) == 0xA9FE : _high >> 54 == 0xFE80 >> 6;

    /// <summary>0.0.0.0 or ::, what a socket for all interfaces is bound to.</summary>
    public bool IsUnspecified => IsIPv4 ? (uint)_low == 0 : _high == 0 && _low == 0;

    /// <summary>
    /// An address inside 127/8, 10/8, 172.16/12, 192.168/16, 169.254/16, ::1, fe80::/10 or fc00::/7.
    /// </summary>
    public bool IsPrivate
    {
        get
        {
            if (IsLoopback || IsLinkLocal) return true;
            if (!IsIPv4) return _high >> 57 == 0xFC >> 1;
            return (byte)(_low >> 24) switch
            {
                10 => true,
                172 => ((byte)(_low >> 16) & 0xF0) == 16,
                192 => (byte)(_low >> 16) == 168,
                _ => false,
            };
        }
    }

    /// <summary>Whether multicast, broadcast or without a port: nothing to send a check to.</summary>
    public bool IsUnusable => Port == 0 || IsUnspecified
        || (IsIPv4 ? (byte)(_low >> 24) is >= 224 or 0 : _high >> 56 == 0xFF);

    /// <summary>The address of 4 or 16 bytes in network order, or false for any other length.</summary>
    public static bool TryCreate(ReadOnlySpan<byte> address, ushort port, out TransportAddress result)
    {
        result = default;
        switch (address.Length)
        {
            case 4:
                result = new(0, MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(address), port);
                return true;
            case 16:
                var high = BinaryPrimitives.ReadUInt64BigEndian(address);
                result = new(high, BinaryPrimitives.ReadUInt64BigEndian(address[8..]), port);
                return true;
            default:
                return false;
        }
    }

    /// <summary>
    /// The value of <paramref name="address"/> (its scope is dropped) with <paramref name="port"/>.
    /// </summary>
    public static TransportAddress From(IPAddress address, int port)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out var length);
        _ = TryCreate(bytes[..length], checked((ushort)port), out var result);
        return result;
    }

    /// <summary>
    /// Reads an IPv4 address in dotted decimal or an IPv6 address, without brackets or scope. Host names,
    /// and the short and octal spellings of IPv4 that resolvers accept, are refused.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> address, int port, out TransportAddress result)
    {
        result = default;
        if (port is < 0 or > ushort.MaxValue || address.IsEmpty || address.Length > 45) return false;
        if (address.ContainsAnyExcept(AddressCharacters)) return false;
        if (!IPAddress.TryParse(address, out var parsed)) return false;
        result = From(parsed, port);
        if (address.Contains(':')) return true;

        Span<char> canonical = stackalloc char[45];
        return parsed.TryFormat(canonical, out var written) && canonical[..written].SequenceEqual(address);
    }

    /// <summary>Writes the 4 or 16 bytes of the address in network order and returns how many.</summary>
    public int WriteAddress(Span<byte> destination)
    {
        if (IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)_low);
            return 4;
        }

        WriteAddress16(destination);
        return 16;
    }

    /// <summary>
    /// Writes the 16 bytes of the address, IPv4 in its mapped form, as a dual-mode socket wants it.
    /// </summary>
    public void WriteAddress16(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
    }

    /// <summary>The same address with another port.</summary>
    public TransportAddress WithPort(ushort port) => new(_high, _low, port);

    /// <summary>The address without its port.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        return new IPAddress(bytes[..WriteAddress(bytes)]);
    }

    /// <summary>"192.0.2.1:5000" or "[2001:db8::1]:5000".</summary>
    public override string ToString() => IsIPv4
        ? string.Create(CultureInfo.InvariantCulture, $"{ToIPAddress()}:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"[{ToIPAddress()}]:{Port}");
}
