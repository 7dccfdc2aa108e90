using System.Security.Cryptography;
using QuicPair.Client.Store;
using QuicPair.Noise;
using QuicPair.Noise.Patterns;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages.Household;
using QuicPair.Protocol.Vouching;

namespace QuicPair.Client.Session;

/// <summary>
/// Makes a pairing with a Mac that was not scanned and seals it to that Mac (QP/1 section 5.1). The pattern N is
/// reachable from here only.
/// </summary>
internal static class PairingSeal
{
    private static readonly HandshakePattern Pattern = HandshakePattern.Parse("N");

    /// <summary>A new pairing with fresh keys; nothing is stored.</summary>
    /// <param name="voucher">The pairing with the Mac that vouches.</param>
    /// <param name="mac">The Mac that it named.</param>
    /// <param name="name">This phone's name.</param>
    public static (PairingRecord Record, byte[] Sealed) Make(PairingRecord voucher, NamedMac mac, string name)
    {
        var secret = RandomNumberGenerator.GetBytes(KeySchedule.KeyLength);
        var root = KeySchedule.VouchedRoot(secret);
        var privateKey = RandomNumberGenerator.GetBytes(KeyPair.KeyLength);
        using var keys = KeyPair.FromPrivateKey(privateKey);
        var record = new PairingRecord
        {
            Origin = voucher.Origin,
            MacPublicKey = mac.Key,
            MacName = mac.Name,
            DeviceId = KeySchedule.DeviceId(secret),
            PrivateKey = privateKey,
            Flags = voucher.Flags,
            Psk = KeySchedule.LastingPsk(root),
            OfferKey = KeySchedule.LastingOfferKey(root),
            Vouching = VouchingStage.Asked,
        };
        var sealedPairing = Seal(new SealedPairing(secret, [.. keys.PublicKey], name), voucher, mac);
        CryptographicOperations.ZeroMemory(root);
        CryptographicOperations.ZeroMemory(secret);
        return (record, sealedPairing);
    }

    private static byte[] Seal(SealedPairing pairing, PairingRecord voucher, NamedMac mac)
    {
        var prologue = SealedPairing.Prologue(voucher.MacId, voucher.DeviceId, mac.Mac);
        using var noise = new HandshakeState(
            Pattern, initiator: true, prologue, RandomSource.Instance, remoteStatic: mac.Key);
        var payload = pairing.Write();
        var message = new byte[SealedPairing.MessageLength];
        noise.WriteMessage(payload, message);
        CryptographicOperations.ZeroMemory(payload);
        return message;
    }
}
