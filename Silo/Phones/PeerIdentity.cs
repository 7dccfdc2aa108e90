using System.Security.Cryptography;
using QuicPair.Protocol.Signaling;

namespace QuicPair.Silo.Phones;

/// <summary>What makes two offers the same peer (docs/protocol.md, 3.1 and 3.5).</summary>
/// <param name="Device">The device.</param>
/// <param name="Fingerprint">The certificate that it announced, hexadecimal.</param>
internal sealed record PeerIdentity(string Device, string Fingerprint)
{
    /// <summary>Reads an offer that passed the gate.</summary>
    public static PeerIdentity Of(string device, string sdp)
    {
        var fingerprint = new byte[SHA256.HashSizeInBytes];
        SignaledSdp.TryReadFingerprint(sdp, fingerprint);
        return new PeerIdentity(device, Convert.ToHexString(fingerprint));
    }
}
