using System.Security.Cryptography;
using QuicPair.Client.Signaling;
using QuicPair.Client.Store;
using QuicPair.Protocol;
using QuicPair.Protocol.Signaling;
using QuicPair.Rtc.Sockets;
using IceServer = QuicPair.Rtc.Sockets.IceServer;
using ToldServer = QuicPair.Protocol.Signaling.IceServer;

namespace QuicPair.Client.Session;

/// <summary>
/// Asks the front door which STUN and TURN servers to use (QP/1 section 3.2). Without an answer there are none: a path
/// in the local network needs none.
/// </summary>
internal sealed class IceExchange(SignalingClient signaling, RtcHost rtc, TimeProvider clock)
{
    // Credentials live up to 600 s; a connection that begins with these has some of it left.
    private static readonly TimeSpan Reuse = TimeSpan.FromMinutes(5);

    // QP/1 section 3.1: "at gathering complete or 300 ms after setLocalDescription, whichever is first".
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    private (string Device, long AskedAt)? _known;

    /// <summary>Has candidates gathered through the servers of this Mac, as far as that is quick.</summary>
    /// <returns>Whether nothing more is to come.</returns>
    public async Task<bool> Prepare(PairingRecord record, CancellationToken cancellation)
    {
        await Refresh(record, cancellation);
        return await rtc.Gather(Patience, cancellation);
    }

    /// <summary>Asks again when what is known is about to be too old.</summary>
    public async Task Refresh(PairingRecord record, CancellationToken cancellation)
    {
        var isKnown = _known is { } known && known.Device == record.DeviceId
            && clock.GetElapsedTime(known.AskedAt) < Reuse;
        if (isKnown) return;
        var askedAt = clock.GetTimestamp();
        var answer = record.Flags.HasFlag(LinkFlags.LocalNetworkOnly) ? null : await Ask(record, cancellation);

        // No answer this time does not take away what is in use.
        if (answer is null && _known?.Device == record.DeviceId) return;
        rtc.UseIceServers(answer is null ? [] : [.. answer.SelectMany(Servers)]);
        _known = (record.DeviceId, askedAt);
    }

    private static IEnumerable<IceServer> Servers(ToldServer told)
    {
        foreach (var url in told.Urls)
        {
            if (!IceServer.TryParse(url, out var server)) continue;
            yield return server with { Username = told.Username ?? "", Password = told.Credential ?? "" };
        }
    }

    private async Task<IReadOnlyList<ToldServer>?> Ask(
        PairingRecord record, CancellationToken cancellation)
    {
        foreach (var keys in AttemptKeys.InOrder(record))
        {
            var request = Write(record, keys, clock.GetUtcNow().ToUnixTimeSeconds());
            if (await signaling.PostIce(record.Origin, request, cancellation) is { } response)
            {
                return response.IceServers;
            }
        }

        return null;
    }

    private static IceRequest Write(PairingRecord record, AttemptKeys keys, long ts)
    {
        var nonce = RandomNumberGenerator.GetBytes(OfferAuthentication.NonceLength);
        var versions = ProtocolVersion.Spoken;
        return new IceRequest
        {
            Mac = record.MacId,
            Device = record.DeviceId,
            Ts = ts,
            Nonce = StrictBase64Url.Encode(nonce),
            Versions = [.. versions],
            Auth = StrictBase64Url.Encode(OfferAuthentication.Ice(keys.OfferKey, (ulong)ts, nonce, versions)),
        };
    }
}
