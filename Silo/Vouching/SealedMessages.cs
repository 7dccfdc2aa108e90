using System.Diagnostics.CodeAnalysis;
using QuicPair.Noise;
using QuicPair.Noise.Patterns;
using QuicPair.Protocol;
using QuicPair.Protocol.Vouching;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Vouching;

/// <summary>
/// The two one-way Noise messages of vouching (docs/protocol.md, 5.1): X from Mac to Mac, and in it N from the phone.
/// The patterns N and X are reachable from here only.
/// </summary>
internal static class SealedMessages
{
    private static readonly HandshakePattern N = HandshakePattern.Parse("N");
    private static readonly HandshakePattern X = HandshakePattern.Parse("X");

    /// <summary>Seals a voucher for another Mac under this Mac's static key.</summary>
    /// <param name="voucher">What it says.</param>
    /// <param name="mac">This Mac's keys.</param>
    /// <param name="recipient">The other Mac's public key.</param>
    /// <exception cref="InvalidOperationException">The other Mac's key is not a key.</exception>
    public static byte[] Seal(Voucher voucher, KeyPair mac, ReadOnlySpan<byte> recipient)
    {
        var prologue = Voucher.Prologue(KeySchedule.MacId(mac.PublicKey), KeySchedule.MacId(recipient));
        using var noise = new HandshakeState(X, initiator: true, prologue, RandomKeySource.Instance, mac, recipient);
        var payload = voucher.Write();
        var message = new byte[payload.Length + noise.NextOverhead];
        noise.WriteMessage(payload, message);
        return message;
    }

    /// <summary>Opens a voucher; <paramref name="key"/> is the static key that it was proved to come from.</summary>
    public static bool TryOpen(
        ReadOnlySpan<byte> message,
        string from,
        KeyPair mac,
        [NotNullWhen(true)] out Voucher? voucher,
        out byte[] key)
    {
        (voucher, key) = (null, []);
        if (message.Length > Voucher.MaxMessage) return false;
        var prologue = Voucher.Prologue(from, KeySchedule.MacId(mac.PublicKey));
        using var noise = new HandshakeState(X, initiator: false, prologue, RandomKeySource.Instance, mac);
        var payload = new byte[message.Length];
        if (!noise.TryReadMessage(message, payload, out var length)) return false;
        key = noise.RemoteStatic.ToArray();
        return Voucher.TryRead(payload.AsSpan(0, length), out voucher);
    }

    /// <summary>Opens what a phone sealed to this Mac.</summary>
    public static bool TryOpen(
        Voucher voucher, string from, KeyPair mac, [NotNullWhen(true)] out SealedPairing? pairing)
    {
        pairing = null;
        var prologue = SealedPairing.Prologue(from, voucher.Device, KeySchedule.MacId(mac.PublicKey));
        using var noise = new HandshakeState(N, initiator: false, prologue, RandomKeySource.Instance, mac);
        Span<byte> payload = stackalloc byte[SealedPairing.MessageLength];
        return noise.TryReadMessage(voucher.Sealed, payload, out var length)
            && SealedPairing.TryRead(payload[..length], out pairing);
    }
}
