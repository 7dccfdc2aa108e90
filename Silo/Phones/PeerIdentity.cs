using System.Security.Cryptography;
using QuicPair.Grains.Interfaces;
using QuicPair.Protocol.Signaling;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Wire;

namespace QuicPair.Silo.Phones;

/// <summary>What makes two offers the same peer (docs/protocol.md, 3.1 and 3.5), and from where it was made.</summary>
/// <param name="Device">The device.</param>
/// <param name="Fingerprint">The certificate that it announced, hexadecimal.</param>
/// <param name="Timestamp">When the phone made the offer, Unix seconds by its clock.</param>
/// <param name="Addresses">Those of its candidates.</param>
internal sealed record PeerIdentity(
    string Device, string Fingerprint, long Timestamp, IReadOnlySet<TransportAddress> Addresses)
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

    private static HashSet<TransportAddress> AddressesIn(string sdp)
    {
        var addresses = new HashSet<TransportAddress>();
        foreach (var line in sdp.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(Candidate, StringComparison.Ordinal)
                && IceCandidate.TryParse(line[Candidate.Length..], out var candidate))
            {
                addresses.Add(candidate!.Address);
            }
        }

        return addresses;
    }
}
