using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace QuicPair.Protocol.Vouching;

/// <summary>
/// What a phone seals to a Mac that it was not scanned at (QP/1 section 5.1): the payload of its Noise_N message, 128
/// bytes: <c>secret 32 | P.public 32 | name 64, UTF-8, zero-padded</c>.
/// </summary>
/// <param name="Secret">32 random bytes; every lasting key follows from them.</param>
/// <param name="PublicKey">The phone's static key for that Mac, 32 bytes.</param>
/// <param name="Name">The phone's name, at most 64 bytes.</param>
public sealed record SealedPairing(byte[] Secret, byte[] PublicKey, string Name)
{
    /// <summary>Bytes of the payload.</summary>
    public const int Length = (2 * KeySchedule.KeyLength) + NameLength;

    /// <summary>Bytes of the Noise_N message: an ephemeral key, the payload, a tag.</summary>
    public const int MessageLength = KeySchedule.KeyLength + Length + 16;

    private const int NameLength = 64;
    private const int NameAt = 2 * KeySchedule.KeyLength;

    /// <summary>
    /// <c>"quicpair/1 sealed\0" ‖ voucher's macId ‖ deviceId at the voucher ‖ macId of the Mac it is for</c>, ids as
    /// 16 ASCII characters: a sealed pairing is of use to this voucher, for this device, at that Mac only.
    /// </summary>
    public static byte[] Prologue(string voucher, string device, string mac) =>
        [.. "quicpair/1 sealed\0"u8, .. Encoding.ASCII.GetBytes(voucher + device + mac)];

    /// <summary>The payload.</summary>
    public byte[] Write()
    {
        var payload = new byte[Length];
        Secret.CopyTo(payload, 0);
        PublicKey.CopyTo(payload, KeySchedule.KeyLength);
        Encoding.UTF8.GetBytes(DisplayName.Clean(Name), payload.AsSpan(NameAt));
        return payload;
    }

    /// <summary>Reads a payload; the name is safe to show.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out SealedPairing? pairing)
    {
        pairing = null;
        if (payload.Length != Length) return false;
        pairing = new SealedPairing(
            payload[..KeySchedule.KeyLength].ToArray(),
            payload.Slice(KeySchedule.KeyLength, KeySchedule.KeyLength).ToArray(),
            DisplayName.Clean(Encoding.UTF8.GetString(payload[NameAt..].TrimEnd((byte)0))));
        return true;
    }

    /// <summary>Without the secret.</summary>
    public override string ToString() => nameof(SealedPairing);
}
