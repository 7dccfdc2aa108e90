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

    // QP/1 section 3.6.
    private const int MaxAddressees = 10;

    // QP/1 section 3.1: "at gathering complete or 300 ms after setLocalDescription, whichever is first".
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    // Ours: there may be a way without servers; candidates of those that are told later follow the offer.
    private static readonly TimeSpan AskPatience = TimeSpan.FromSeconds(2);

    private volatile Known? _known;

    /// <summary>Has candidates gathered through the servers of these Macs, as far as that is quick.</summary>
    /// <returns>Whether nothing more is to come.</returns>
    public async Task<bool> Prepare(IReadOnlyList<PairingRecord> records, CancellationToken cancellation)
    {
        var asking = Refresh(records, cancellation);
        if (await Task.WhenAny(asking, Task.Delay(AskPatience, clock, cancellation)) == asking) await asking;
        else _ = Observe(asking);
        return await rtc.Gather(Patience, cancellation);
    }

    /// <summary>Asks again when what is known is about to be too old.</summary>
    public async Task Refresh(IReadOnlyList<PairingRecord> records, CancellationToken cancellation)
    {
        var known = _known;
        var isOfThese = known is not null && records.All(record => known.Devices.Contains(record.DeviceId));
        if (isOfThese && clock.GetElapsedTime(known!.AskedAt) < Reuse) return;
        var askedAt = clock.GetTimestamp();
        var isLocal = records.Any(record => record.IsLocalOnly);
        var answer = isLocal ? null : await Ask(records, cancellation);

        // No answer this time does not take away what is in use, nor does one that a later question has overtaken.
        if ((answer is null && isOfThese) || _known?.AskedAt > askedAt) return;
        rtc.UseIceServers(answer is null ? [] : [.. answer.SelectMany(Servers)]);
        _known = new Known([.. records.Select(record => record.DeviceId)], askedAt);
    }

    private static async Task Observe(Task asking)
    {
        try
        {
            await asking;
        }
        catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException)
        {
            // The attempt, or the phone, is over.
        }
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
        IReadOnlyList<PairingRecord> records, CancellationToken cancellation)
    {
        // A second question only where one pairing has two kinds of keys.
        IEnumerable<(PairingRecord Record, AttemptKeys Keys)[]> attempts = records is [var only]
            ? AttemptKeys.InOrder(only).Select(keys => new[] { (only, keys) })
            : [[.. records.Take(MaxAddressees).Select(record => (record, AttemptKeys.InOrder(record).First()))]];
        var origin = records[0].Origin;
        foreach (var to in attempts)
        {
            var response = await signaling.ClockOf(origin)
                .Ask(ts => signaling.PostIce(origin, Write(to, ts), cancellation));
            if (response is not null)
            {
                return response.IceServers;
            }
        }

        return null;
    }

    private static IceRequest Write((PairingRecord Record, AttemptKeys Keys)[] to, long ts)
    {
        var nonce = RandomNumberGenerator.GetBytes(OfferAuthentication.NonceLength);
        var versions = ProtocolVersion.Spoken.ToArray();
        var addressees = to.Select(each => new Addressee
        {
            Mac = each.Record.MacId,
            Device = each.Record.DeviceId,
            Auth = StrictBase64Url.Encode(
                OfferAuthentication.Ice(each.Keys.OfferKey, (ulong)ts, nonce, versions)),
        }).ToList();
        var request = new IceRequest
        {
            Ts = ts,
            Nonce = StrictBase64Url.Encode(nonce),
            Versions = [.. versions.Select(version => (int)version)],
        };
        return addressees is [var one]
            ? request with { Mac = one.Mac, Device = one.Device, Auth = one.Auth }
            : request with { To = addressees };
    }

    private sealed record Known(HashSet<string> Devices, long AskedAt);
}
