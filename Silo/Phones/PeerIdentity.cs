using System.Security.Cryptography;
using QuicPair.Protocol.Signaling;

namespace QuicPair.Silo.Phones;

/// <summary>What makes two offers the same peer (docs/protocol.md, 3.1 and 3.5).</summary>
/// <param name="Device">The device.</param>
/// <param name="Fingerprint">The certificate that it announced, hexadecimal.</param>
/// <param name="IceUser">Its ICE user fragment and password.</param>
internal sealed record PeerIdentity(string Device, string Fingerprint, string IceUser)
{
    /// <summary>Reads an offer that passed the gate.</summary>
    public static PeerIdentity Of(string device, string sdp)
    {
        var fingerprint = new byte[SHA256.HashSizeInBytes];
        SignaledSdp.TryReadFingerprint(sdp, fingerprint);
        var ice = sdp.Split("\r\n").Where(line =>
            line.StartsWith("a=ice-ufrag:", StringComparison.Ordinal)
            || line.StartsWith("a=ice-pwd:", StringComparison.Ordinal));
        return new PeerIdentity(device, Convert.ToHexString(fingerprint), string.Join(' ', ice.Order()));
    }

    /// <summary>Without the password.</summary>
    public override string ToString() => $"PeerIdentity {{ {Device} }}";
}
