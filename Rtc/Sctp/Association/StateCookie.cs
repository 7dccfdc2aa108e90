using System.Buffers.Binary;
using System.Security.Cryptography;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Parameters;
using QuicPair.Rtc.Sctp.Send;

namespace QuicPair.Rtc.Sctp.Association;

/// <summary>
/// The peer's parameters, given to it in INIT ACK and taken back in COOKIE ECHO, so that INIT costs no state
/// (RFC 9260 section 5.1.3). Its key is the association's own, so no cookie outlives it and none is stale.
/// </summary>
internal sealed class StateCookie
{
    public const int Length = MacLength + 21;

    private const int MacLength = 32;

    private readonly byte[] _key = new byte[32];

    public StateCookie(IEntropy entropy) => entropy.Fill(_key);

    public void Write(Span<byte> cookie, in PeerParameters peer)
    {
        var content = cookie[MacLength..Length];
        BinaryPrimitives.WriteUInt32BigEndian(content, peer.LocalTag);
        BinaryPrimitives.WriteUInt32BigEndian(content[4..], peer.PeerTag);
        BinaryPrimitives.WriteUInt32BigEndian(content[8..], peer.LocalInitialTsn.Value);
        BinaryPrimitives.WriteUInt32BigEndian(content[12..], peer.PeerInitialTsn.Value);
        BinaryPrimitives.WriteUInt32BigEndian(content[16..], peer.ReceiveWindow);
        content[20] = (byte)((peer.Capabilities.ForwardTsn ? 1 : 0)
            | (peer.Capabilities.Reconfig ? 2 : 0)
            | (peer.Capabilities.ZeroChecksum ? 4 : 0));
        HMACSHA256.HashData(_key, content, cookie);
    }

    /// <summary>Reads a cookie if it is one of ours, unchanged.</summary>
    public bool TryRead(ReadOnlySpan<byte> cookie, out PeerParameters peer)
    {
        peer = default;
        if (cookie.Length != Length)
        {
            return false;
        }

        var content = cookie[MacLength..];
        Span<byte> expected = stackalloc byte[MacLength];
        HMACSHA256.HashData(_key, content, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, cookie[..MacLength]))
        {
            return false;
        }

        peer = new PeerParameters(
            BinaryPrimitives.ReadUInt32BigEndian(content),
            BinaryPrimitives.ReadUInt32BigEndian(content[4..]),
            new Tsn(BinaryPrimitives.ReadUInt32BigEndian(content[8..])),
            new Tsn(BinaryPrimitives.ReadUInt32BigEndian(content[12..])),
            BinaryPrimitives.ReadUInt32BigEndian(content[16..]),
            new PeerCapabilities((content[20] & 1) != 0, (content[20] & 2) != 0, (content[20] & 4) != 0));
        return true;
    }
}
