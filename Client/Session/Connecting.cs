using System.Security.Cryptography;
using System.Threading.Channels;
using QuicPair.Client.Signaling;
using QuicPair.Client.Store;
using QuicPair.Noise;
using QuicPair.Protocol;
using QuicPair.Protocol.Handshake;
using QuicPair.Protocol.Messages;
using QuicPair.Rtc.Sockets;
using ChannelOptions = QuicPair.Rtc.Sockets.ChannelOptions;

namespace QuicPair.Client.Session;

/// <summary>One attempt to connect: offer, path, handshake and, in mode 1, completion of the pairing.</summary>
internal sealed class Connecting(
    PhoneOptions options, PairingStore pairings, RtcHost rtc, SignalingClient signaling, IceExchange ice)
{
    // QP/1 section 4: "handshake ≤ 10 s after channel open".
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _clock = options.TimeProvider;

    /// <param name="records">The Mac, or several of which the front door picks one.</param>
    /// <param name="model">The model that the picked Mac should have, or null.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public async Task<PairedMac> Run(
        IReadOnlyList<PairingRecord> records, string? model, CancellationToken cancellation)
    {
        var startedAt = _clock.GetTimestamp();
        await ice.Prepare(records, cancellation);
        var peer = rtc.CreateOffer(new PeerOptions
        {
            Channels = [new ChannelOptions(ChannelLimits.Label)],
            ConnectTimeout = options.ConnectTimeout,
            RelayOnly = options.RelayOnly,
        });
        PhoneSession? session = null;
        try
        {
            var exchange = new OfferExchange(signaling, _clock);
            var offered = await exchange.Run(peer, records, model, cancellation);
            var record = offered.Record;
            var channel = await OpenChannel(exchange, offered, record, cancellation);
            var openedAt = _clock.GetTimestamp();
            var inbox = new Inbox(channel);
            var (transport, macName) = await Handshake(record, offered, channel, inbox.Reader, cancellation);
            var timings = Timings(offered, peer.Statistics, openedAt, startedAt);
            var hash = transport.HandshakeHash.ToArray();
            session = new PhoneSession(channel, new NoiseCipher(transport), _clock);
            var router = new MessageRouter();
            record = record with { MacName = macName };
            if (offered.Keys.Mode == PairingMode.Paired)
            {
                router.ForbidPairing();
            }

            _ = Pump(session, inbox, router);
            record = offered.Keys.Mode == PairingMode.Invited
                ? await CompletePairing(record, hash, session, router, cancellation)
                : await BecomeLive(record, session, cancellation);
            var keeper = new PathKeeper(
                offered, record, ice, rtc, () => new OfferExchange(signaling, _clock), _clock)
            {
                OnListenerFault = options.Rtc.OnListenerFault,
            };
            router.OnRestart = keeper.Restart;
            keeper.OnLost = inbox.Complete;
            session.AskWhenQuiet();
            return new PairedMac(record, peer, session, router, timings, keeper);
        }
        catch
        {
            // Its watch would keep the session alive, and with it the keys.
            if (session is not null) await session.DisposeAsync();
            peer.Close();
            throw;
        }
    }

    private static async Task Pump(PhoneSession session, Inbox inbox, MessageRouter router)
    {
        await session.Pump(inbox.Reader, router.Receive);
        router.End(await session.Ended);
    }

    private async Task<DataChannel> OpenChannel(
        OfferExchange exchange, Offered offered, PairingRecord record, CancellationToken cancellation)
    {
        var peer = offered.Peer;
        await using var late = new LateCandidates(rtc, exchange, offered, record);
        try
        {
            return await peer.AcceptChannel(cancellation);
        }
        catch (ChannelClosedException)
        {
            throw new ConnectException((await peer.Completion) switch
            {
                PeerFailure.FingerprintMismatch => ConnectFailure.FingerprintMismatch,
                PeerFailure.IceFailed => LostPath.Cause(rtc.IceServers),
                PeerFailure.ConsentExpired => ConnectFailure.NoPath,
                null => ConnectFailure.Interrupted,
                _ => ConnectFailure.Handshake,
            });
        }
    }

    private async Task<(TransportState Transport, string MacName)> Handshake(
        PairingRecord record,
        Offered offered,
        DataChannel channel,
        ChannelReader<byte[]> inbox,
        CancellationToken cancellation)
    {
        var prologue = Prologue.Write(
            offered.Keys.Mode,
            offered.Peer.LocalCertificate.Span,
            offered.Peer.RemoteCertificate.Span,
            offered.OfferNonce,
            offered.AnswerNonce,
            ProtocolVersion.Spoken,
            offered.Version);
        using var handshake = new PhoneHandshake(record, offered.Keys, prologue, options.Name);
        channel.TrySend(handshake.Begin());
        try
        {
            var reply = await inbox.ReadAsync(cancellation).AsTask().WaitAsync(HandshakeTimeout, _clock, cancellation);
            return handshake.TryFinish(reply, out var transport, out var macName)
                ? (transport, macName)
                : throw new ConnectException(ConnectFailure.Handshake);
        }
        catch (Exception failure) when (failure is TimeoutException or ChannelClosedException)
        {
            // A Mac that refuses says so with an alert.
            throw new ConnectException(ConnectFailure.Interrupted, failure);
        }
    }

    // QP/1 section 5: derive, store beside the secret, read back, acknowledge; erase the secret at paired_done.
    private async Task<PairingRecord> CompletePairing(
        PairingRecord record, byte[] hash, PhoneSession session, MessageRouter router, CancellationToken cancellation)
    {
        options.ShowCode?.Invoke(KeySchedule.ConfirmationCode(hash));
        try
        {
            var paired = await router.Paired.WaitAsync(options.ConfirmTimeout, _clock, cancellation);
            record = WithLastingKeys(record, paired, hash);
            pairings.Save(record);
            session.Send(new PairedAckMessage());
            await router.PairedDone.WaitAsync(HandshakeTimeout, _clock, cancellation);
        }
        catch (TimeoutException failure)
        {
            throw new ConnectException(ConnectFailure.Pairing, failure);
        }
        catch (ConnectException failure) when (failure.Reason == ConnectFailure.Interrupted)
        {
            throw new ConnectException(ConnectFailure.Pairing, failure);
        }

        record = record with { Secret = null };
        pairings.Save(record);
        var (device, mac) = (record.DeviceId, record.MacId);
        pairings.Remove(other => other.MacId == mac && other.DeviceId != device);
        return record;
    }

    private static PairingRecord WithLastingKeys(PairingRecord record, PairedMessage paired, byte[] hash)
    {
        var root = KeySchedule.Root(record.Secret, paired.K, hash);
        record = record with
        {
            Psk = KeySchedule.LastingPsk(root),
            OfferKey = KeySchedule.LastingOfferKey(root),
        };
        CryptographicOperations.ZeroMemory(root);
        CryptographicOperations.ZeroMemory(paired.K);
        return record;
    }

    // QP/1 section 4: the first data message makes the session live; the Mac's first one proves its keys.
    private async Task<PairingRecord> BecomeLive(
        PairingRecord record, PhoneSession session, CancellationToken cancellation)
    {
        session.Ping();
        if (record.Secret is not null)
        {
            try
            {
                await session.Confirmed.WaitAsync(HandshakeTimeout, _clock, cancellation);
            }
            catch (TimeoutException failure)
            {
                throw new ConnectException(ConnectFailure.Interrupted, failure);
            }

            record = record with { Secret = null };
        }

        record = record with { Vouching = null };
        pairings.Save(record);
        return record;
    }

    private ConnectTimings Timings(Offered offered, PeerStatistics statistics, long openedAt, long startedAt)
    {
        var ice = statistics.IceConnectedAfter ?? offered.AnsweredAfter;
        var dtls = statistics.DtlsConnectedAfter ?? ice;
        var sctp = statistics.SctpConnectedAfter ?? dtls;
        return new ConnectTimings
        {
            Signaling = offered.SignalingTime,
            Ice = ice > offered.AnsweredAfter ? ice - offered.AnsweredAfter : TimeSpan.Zero,
            Dtls = dtls - ice,
            Sctp = sctp - dtls,
            Noise = _clock.GetElapsedTime(openedAt),
            Total = _clock.GetElapsedTime(startedAt),
        };
    }
}
