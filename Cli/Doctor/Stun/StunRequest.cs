using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace QuicPair.Cli.Doctor.Stun;

/// <summary>The three requests of the examination (RFC 8489, RFC 8656).</summary>
internal static class StunRequest
{
    public const int HeaderLength = 20;
    private const ushort Binding = 0x0001;
    private const ushort Allocation = 0x0003;
    private const ushort Refreshing = 0x0004;
    private const int IntegrityLength = 24;

    public static byte[] NewTransaction() => RandomNumberGenerator.GetBytes(12);

    /// <summary>Which address do you see?</summary>
    public static byte[] Bind(byte[] transaction) => Write(Binding, transaction, [], null);

    /// <summary>Relay UDP for me.</summary>
    public static byte[] Allocate(byte[] transaction, StunLogin? login) =>
        Write(Allocation, transaction, Attribute(StunReply.RequestedTransport, [17, 0, 0, 0]), login);

    /// <summary>No longer.</summary>
    public static byte[] Release(byte[] transaction, StunLogin login) =>
        Write(Refreshing, transaction, Attribute(StunReply.Lifetime, [0, 0, 0, 0]), login);

    /// <summary>The key of a user at a realm.</summary>
    [SuppressMessage("Security", "CA5351", Justification = "RFC 8489, 9.2.2 demands MD5.")]
    public static byte[] Key(string user, byte[] realm, string password) => MD5.HashData(
        [.. Encoding.UTF8.GetBytes(user + ":"), .. realm, .. Encoding.UTF8.GetBytes(":" + password)]);

    [SuppressMessage("Security", "CA5350", Justification = "RFC 8489, 14.5 demands HMAC-SHA1.")]
    private static byte[] Write(ushort type, byte[] transaction, byte[] attributes, StunLogin? login)
    {
        byte[] body = login is null ? attributes :
        [
            .. attributes,
            .. Attribute(StunReply.Username, Encoding.UTF8.GetBytes(login.Username)),
            .. Attribute(StunReply.Realm, login.Realm),
            .. Attribute(StunReply.Nonce, login.Nonce),
        ];
        if (login is null) return [.. Header(type, transaction, body.Length), .. body];
        byte[] signed = [.. Header(type, transaction, body.Length + IntegrityLength), .. body];
        return [.. signed, .. Attribute(StunReply.Integrity, HMACSHA1.HashData(login.Key, signed))];
    }

    private static byte[] Header(ushort type, byte[] transaction, int length)
    {
        var header = new byte[HeaderLength];
        BinaryPrimitives.WriteUInt16BigEndian(header, type);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)length);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), StunReply.Cookie);
        transaction.CopyTo(header, 8);
        return header;
    }

    private static byte[] Attribute(ushort type, byte[] value)
    {
        var attribute = new byte[4 + ((value.Length + 3) / 4 * 4)];
        BinaryPrimitives.WriteUInt16BigEndian(attribute, type);
        BinaryPrimitives.WriteUInt16BigEndian(attribute.AsSpan(2), (ushort)value.Length);
        value.CopyTo(attribute, 4);
        return attribute;
    }
}
