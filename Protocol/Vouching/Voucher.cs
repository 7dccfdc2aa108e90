using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace QuicPair.Protocol.Vouching;

/// <summary>
/// What a Mac says of a device that is paired with it (QP/1 section 5.1): the payload of its Noise_X message:
/// <c>ts u64 | device 16 | statement 64 | length u16 | certificate, DER | sealed pairing 176</c>.
/// </summary>
/// <param name="Timestamp">The voucher's clock, Unix seconds.</param>
/// <param name="Device">The device's id at the voucher.</param>
/// <param name="Statement">The household's statement about the voucher, 64 bytes.</param>
/// <param name="Certificate">The voucher's household certificate.</param>
/// <param name="Sealed">The phone's Noise_N message, 176 bytes.</param>
public sealed record Voucher(ulong Timestamp, string Device, byte[] Statement, byte[] Certificate, byte[] Sealed)
{
    /// <summary>Bytes of a statement: an ECDSA P-256 signature, r ‖ s.</summary>
    public const int StatementLength = 64;

    /// <summary>The most bytes of a certificate.</summary>
    public const int MaxCertificate = 2048;

    /// <summary>The most bytes of the Noise_X message: two keys, two tags and the payload.</summary>
    public const int MaxMessage = Overhead + Fixed + MaxCertificate;

    /// <summary>Bytes that the Noise_X message has besides its payload.</summary>
    public const int Overhead = (2 * KeySchedule.KeyLength) + (2 * 16);

    private const int IdLength = 16;
    private const int StatementAt = sizeof(ulong) + IdLength;
    private const int CertificateAt = StatementAt + StatementLength + sizeof(ushort);
    private const int Fixed = CertificateAt + SealedPairing.MessageLength;

    /// <summary><c>"quicpair/1 voucher\0" ‖ voucher's macId ‖ macId of the Mac it is for</c>.</summary>
    public static byte[] Prologue(string voucher, string mac) =>
        [.. "quicpair/1 voucher\0"u8, .. Encoding.ASCII.GetBytes(voucher + mac)];

    /// <summary>What a statement signs: <c>"quicpair/1 member\0" ‖ M.public</c>.</summary>
    public static byte[] Member(ReadOnlySpan<byte> macPublic) => [.. "quicpair/1 member\0"u8, .. macPublic];

    /// <summary>The payload.</summary>
    public byte[] Write()
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Certificate.Length, MaxCertificate);
        ArgumentOutOfRangeException.ThrowIfNotEqual(Statement.Length, StatementLength);
        ArgumentOutOfRangeException.ThrowIfNotEqual(Sealed.Length, SealedPairing.MessageLength);
        var payload = new byte[Fixed + Certificate.Length];
        BinaryPrimitives.WriteUInt64BigEndian(payload, Timestamp);
        Encoding.ASCII.GetBytes(Device, payload.AsSpan(sizeof(ulong), IdLength));
        Statement.CopyTo(payload, StatementAt);
        var length = payload.AsSpan(CertificateAt - sizeof(ushort));
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)Certificate.Length);
        Certificate.CopyTo(payload, CertificateAt);
        Sealed.CopyTo(payload, CertificateAt + Certificate.Length);
        return payload;
    }

    /// <summary>Reads a payload.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out Voucher? voucher)
    {
        voucher = null;
        if (payload.Length < Fixed) return false;
        var length = BinaryPrimitives.ReadUInt16BigEndian(payload[(CertificateAt - sizeof(ushort))..]);
        var device = Encoding.ASCII.GetString(payload.Slice(sizeof(ulong), IdLength));
        if (length > MaxCertificate || payload.Length != Fixed + length || !PartyId.IsValid(device)) return false;
        voucher = new Voucher(
            BinaryPrimitives.ReadUInt64BigEndian(payload),
            device,
            payload.Slice(StatementAt, StatementLength).ToArray(),
            payload.Slice(CertificateAt, length).ToArray(),
            payload[(CertificateAt + length)..].ToArray());
        return true;
    }
}
