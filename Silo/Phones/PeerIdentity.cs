using System.Security.Cryptography;
using QuicPair.Grains.Interfaces;
using QuicPair.Protocol.Signaling;

namespace QuicPair.Silo.Phones;

/// <summary>What makes two offers the same peer (docs/protocol.md, 3.1 and 3.5), and from where it was made.</summary>
/// <param name="Device">The device.</param>
/// <param name="Fingerprint">The certificate that it announced, hexadecimal.</param>
/// <param name="Timestamp">When the phone made the offer, Unix seconds by its clock.</param>
/// <param name="Addresses">The UDP addresses of its candidates, each with its port.</param>
internal sealed record PeerIdentity(
    string Device, string Fingerprint, long Timestamp, IReadOnlySet<string> Addresses)
{
    private const string Candidate = "a=candidate:";

    /// <summary>Reads an offer that passed the gate.</summary>
    public static PeerIdentity Of(string device, OfferEnvelope offer)
    {
        var sdp = offer.Sdp;
        var fingerprint = new byte[SHA256.HashSizeInBytes];
        SignaledSdp.TryReadFingerprint(sdp, fingerprint);
        return new PeerIdentity(device, Convert.ToHexString(fingerprint), offer.Timestamp, AddressesIn(sdp));
    }

    /// <summary>
    /// Whether a device made both from one socket. Only one of them can be meant there: what is not STUN is told apart
    /// by its two addresses alone.
    /// </summary>
    public bool SharesSocket(PeerIdentity other) => Device == other.Device && Addresses.Overlaps(other.Addresses);

    // RFC 8839, section 5.1: foundation, component, transport, priority, address, port.
    private static HashSet<string> AddressesIn(string sdp)
    {
        var addresses = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in sdp.Split('\n'))
        {
            if (!line.StartsWith(Candidate, StringComparison.Ordinal)) continue;
            if (line.Split(' ', 7) is [_, _, var transport, _, var address, var port, ..]
                && transport.Equals("udp", StringComparison.OrdinalIgnoreCase))
            {
                addresses.Add($"{address} {port}");
            }
        }

        return addresses;
    }
}
