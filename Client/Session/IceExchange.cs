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
/// Asks the front door which STUN and TURN servers to use (QP/1 section 3.2). Without an answer they stay as they are:
/// a path in the local network needs none.
/// </summary>
internal sealed class IceExchange(SignalingClient signaling, RtcHost rtc, TimeProvider clock)
{
    // QP/1 section 3.2: "credentials live ≤ 600 s".
    private const double LongestLife = 600;

    // Ours: a front door that tells less must not have this phone ask, and allocate, without a pause.
    private const double ShortestLife = 5;

    // Ours: a question that got no answer is asked again after this part of their life.
    private const int AgainAfter = 10;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(2);

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
        if (isOfThese && AgeOf(known!) < HalfLife(known!)) return;
        var (askedAt, askedOn) = (clock.GetTimestamp(), clock.GetUtcNow());
        var isLocal = records.Any(record => record.IsLocalOnly);
        var answer = isLocal ? null : await Ask(records, cancellation);

        // No answer takes nothing away, and the next connection asks again; nor does one that a later one overtook.
        if ((answer is null && !isLocal) || _known?.AskedAt > askedAt) return;
        rtc.UseIceServers(answer is null ? [] : [.. answer.IceServers.SelectMany(Servers)]);
        var life = TimeSpan.FromSeconds(Math.Clamp(answer?.Ttl ?? LongestLife, ShortestLife, LongestLife));
        _known = new Known([.. records.Select(record => record.DeviceId)], askedAt, askedOn, life);
    }

    /// <summary>When a session that goes on has to <see cref="Refresh"/>: never in local mode.</summary>
    public TimeSpan UntilRefresh(PairingRecord record)
    {
        if (record.IsLocalOnly) return Timeout.InfiniteTimeSpan;
        var known = _known;
        var pause = (known?.Life ?? TimeSpan.FromSeconds(LongestLife)) / AgainAfter;
        if (pause < ShortestPause) pause = ShortestPause;
        if (known is null || !known.Devices.Contains(record.DeviceId)) return pause;
        var left = HalfLife(known) - AgeOf(known);
        return left > pause ? left : pause;
    }

    // Ours: in the first half connections may begin with them; the second one is there to get others.
    private static TimeSpan HalfLife(Known known) => known.Life / 2;

    // The counter of a machine that sleeps stands still, and a date may be set back: the longer time counts.
    private TimeSpan AgeOf(Known known)
    {
        var (counted, dated) = (clock.GetElapsedTime(known.AskedAt), clock.GetUtcNow() - known.AskedOn);
        return counted > dated ? counted : dated;
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

    private async Task<IceResponse?> Ask(
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
                return response;
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

    private sealed record Known(HashSet<string> Devices, long AskedAt, DateTimeOffset AskedOn, TimeSpan Life);
}
