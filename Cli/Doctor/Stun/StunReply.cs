using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace QuicPair.Cli.Doctor.Stun;

/// <summary>What the examination reads of an answer.</summary>
internal sealed class StunReply
{
    public const uint Cookie = 0x2112A442;
    public const ushort Username = 0x0006;
    public const ushort Integrity = 0x0008;
    public const ushort Lifetime = 0x000D;
    public const ushort Realm = 0x0014;
    public const ushort Nonce = 0x0015;
    public const ushort RequestedTransport = 0x0019;
    private const ushort ErrorAttribute = 0x0009;
    private const ushort RelayedAttribute = 0x0016;
    private const ushort MappedAttribute = 0x0020;

    /// <summary>The code of an error; 0 for a success.</summary>
    public int Error { get; private set; }

    public byte[] RealmValue { get; private set; } = [];

    public byte[] NonceValue { get; private set; } = [];

    /// <summary>Where the request came from, as the server saw it.</summary>
    public IPEndPoint? Mapped { get; private set; }

    /// <summary>What the server relays.</summary>
    public IPEndPoint? Relayed { get; private set; }

    /// <summary>Reads an answer to this transaction; false for anything else.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> bytes, byte[] transaction, [NotNullWhen(true)] out StunReply? reply)
    {
        reply = null;
        if (bytes.Length < StunRequest.HeaderLength || !bytes[8..20].SequenceEqual(transaction)) return false;
        if ((bytes[0] & 1) == 0) return false;
        var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        if (bytes.Length < StunRequest.HeaderLength + length) return false;
        reply = new StunReply();
        var rest = bytes.Slice(StunRequest.HeaderLength, length);
        while (rest.Length >= 4)
        {
            var type = BinaryPrimitives.ReadUInt16BigEndian(rest);
            int size = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            if (rest.Length < 4 + size) return false;
            reply.Take(type, rest.Slice(4, size), transaction);
            rest = rest[Math.Min(rest.Length, 4 + ((size + 3) / 4 * 4))..];
        }

        return true;
    }

    private void Take(ushort type, ReadOnlySpan<byte> value, byte[] transaction)
    {
        switch (type)
        {
            case ErrorAttribute when value.Length >= 4:
                Error = ((value[2] & 7) * 100) + value[3];
                break;
            case Realm:
                RealmValue = value.ToArray();
                break;
            case Nonce:
                NonceValue = value.ToArray();
                break;
            case MappedAttribute:
                Mapped = Address(value, transaction);
                break;
            case RelayedAttribute:
                Relayed = Address(value, transaction);
                break;
        }
    }

    private static IPEndPoint? Address(ReadOnlySpan<byte> value, byte[] transaction)
    {
        if (value.Length is not (8 or 20)) return null;
        Span<byte> mask = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(mask, Cookie);
        transaction.CopyTo(mask[4..]);
        Span<byte> address = stackalloc byte[value.Length - 4];
        for (var index = 0; index < address.Length; index++) address[index] = (byte)(value[4 + index] ^ mask[index]);
        var port = BinaryPrimitives.ReadUInt16BigEndian(value[2..]) ^ (int)(Cookie >> 16);
        return new IPEndPoint(new IPAddress(address), port);
    }
}
