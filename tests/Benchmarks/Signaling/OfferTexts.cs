using System.Security.Cryptography;
using QuicPair.Protocol.Handshake;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Benchmarks.Signaling;

/// <summary>
/// Descriptions as a phone offers them, each with a certificate of its own: an offer with one that is known would add
/// candidates to a peer and make none (QP/1 section 3.5). They lead to a port that takes the Macs' checks and answers
/// none of them, so that a peer stays unfinished.
/// </summary>
internal sealed class OfferTexts : IAsyncDisposable
{
    private const string Fingerprint = "a=fingerprint:sha-256 ";

    private readonly RtcHost _port = RtcHost.Start(new RtcHostOptions { AdvertiseLoopback = true });
    private readonly string _before;
    private readonly string _after;

    public OfferTexts()
    {
        var peer = _port.CreateOffer(new PeerOptions { Channels = [new ChannelOptions(ChannelLimits.Label)] });
        var sdp = peer.LocalDescription;
        peer.Close();
        var at = sdp.IndexOf(Fingerprint, StringComparison.Ordinal) + Fingerprint.Length;
        (_before, _after) = (sdp[..at], sdp[sdp.IndexOf("\r\n", at, StringComparison.Ordinal)..]);
    }

    public string Next()
    {
        var hash = RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes);
        return _before + BitConverter.ToString(hash).Replace('-', ':') + _after;
    }

    public ValueTask DisposeAsync() => _port.DisposeAsync();
}
