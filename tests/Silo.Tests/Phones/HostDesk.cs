using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;
using QuicPair.Protocol.Handshake;
using QuicPair.Protocol.Signaling;
using QuicPair.Rtc.Sockets;
using QuicPair.Silo.Gate;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Phones;

namespace QuicPair.Silo.Tests.Phones;

/// <summary>
/// A Mac to which phones make real offers and, over loopback, real connections; the clock of its limits is the test's.
/// </summary>
internal sealed class HostDesk : IAsyncDisposable
{
    private static readonly RtcHostOptions Loopback = new() { Address = IPAddress.Loopback };

    private readonly List<RtcHost> _phones = [];
    private readonly Dictionary<PeerConnection, RtcHost> _hosts = [];
    private readonly ManualResetEventSlim _reading = new(initialState: true);
    private readonly TaskCompletionSource _unread = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly OfferGate _gate;

    /// <param name="connects">
    /// Whether phones take the answers. Else the network's own clock stands still, and no connection is given up by it.
    /// </param>
    public HostDesk(bool connects)
    {
        Sessions = new SessionDesk(time: Time);
        _gate = new OfferGate(Sessions.Keys, Time);
        var rtc = RtcHost.Start(connects ? Loopback : Loopback with { TimeProvider = new FakeTimeProvider() });
        Host = new PhoneHost(rtc, _gate, Sessions.Parts, Log);
        Sessions.Parts.Requests.Devices.CloseRevoked = Host.CloseRevoked;
    }

    public WatchedTime Time { get; } = new();

    public SessionDesk Sessions { get; }

    public PhoneHost Host { get; }

    public HeardLog<PhoneHost> Log { get; } = new();

    /// <summary>Ends when something waits for phones that do not read.</summary>
    public Task Unread => _unread.Task.WaitAsync(Cancellation);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Phones take nothing from the network from here on, like processes that are stopped.</summary>
    public void StopReading() => _reading.Reset();

    /// <summary>Phones read on.</summary>
    public void ReadOn() => _reading.Set();

    /// <summary>A verified offer of a device, from a phone that has just begun, and what the host said to it.</summary>
    public Task<(OfferEnvelope Offer, OfferReply Reply, PeerConnection Phone)> Offer(DeviceRecord record) =>
        Offer(record.Id, record.OfferKey);

    /// <summary>The gate's word about an offer.</summary>
    public OfferVerdict Verify(OfferEnvelope offer) => _gate.Verify(offer);

    /// <summary>An offer of a phone that has just begun, which nobody has seen.</summary>
    public OfferEnvelope Sign(DeviceRecord record) => Sign(record.Id, record.OfferKey, Begin().LocalDescription);

    /// <summary>A later offer of a phone that goes on, which nobody has seen.</summary>
    public OfferEnvelope Sign(DeviceRecord record, PeerConnection phone) =>
        Sign(record.Id, record.OfferKey, phone.LocalDescription);

    /// <summary>An offer that made a connection.</summary>
    public async Task<OfferEnvelope> Accepted(DeviceRecord record)
    {
        var (offer, reply, _) = await Offer(record);
        Assert.NotNull(reply.Answer);
        return offer;
    }

    /// <summary>Whether the connection of an offer is unfinished: only then its answer is given again.</summary>
    public bool IsUnfinished(OfferEnvelope offer) => Verify(offer) is OfferVerdict.Repeated;

    /// <summary>Returns when the connection of an offer is live or gone.</summary>
    public async Task Finished(OfferEnvelope offer)
    {
        while (IsUnfinished(offer))
        {
            Cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>A phone in mode 2, after the handshake; it ends with its connection.</summary>
    public Task<TestPhone> Connect(DeviceRecord record) => Connect(
        new VerifiedOffer(record.Id, PairingMode.Paired, record.OfferKey, 1, record, null), record.Psk);

    /// <summary>A phone in mode 1, after the handshake; it ends with its connection.</summary>
    public Task<TestPhone> Connect(Invitation invitation) => Connect(
        new VerifiedOffer(invitation.Device, PairingMode.Invited, invitation.OfferKey, 1, null, invitation),
        invitation.Psk);

    /// <summary>A phone in mode 2, live.</summary>
    public async Task<TestPhone> ConnectLive(DeviceRecord record)
    {
        var phone = await Connect(record);
        await phone.Ping();
        Assert.Equal("pong frame", await phone.Next());
        return phone;
    }

    public async ValueTask DisposeAsync()
    {
        // The Mac first: what it says at the end is taken.
        ReadOn();
        await Host.DisposeAsync();
        foreach (var phone in _phones) await phone.DisposeAsync();
        Sessions.Dispose();
        _reading.Dispose();
    }

    /// <summary>An offer of a device from the socket of an earlier one, and what the host said to it.</summary>
    public Task<(OfferEnvelope Offer, OfferReply Reply, PeerConnection Phone)> OfferBeside(
        PeerConnection earlier, DeviceRecord record) =>
        Offer(record.Id, record.OfferKey, Begin(_hosts[earlier]));

    /// <summary>One that nobody has seen.</summary>
    public OfferEnvelope SignBeside(PeerConnection earlier, DeviceRecord record) =>
        Sign(record.Id, record.OfferKey, Begin(_hosts[earlier]).LocalDescription);

    private PeerConnection Begin()
    {
        var host = RtcHost.Start(Loopback);
        _phones.Add(host);
        return Begin(host);
    }

    private PeerConnection Begin(RtcHost host)
    {
        var phone = host.CreateOffer(new PeerOptions { Channels = [new ChannelOptions("llm")] });
        _hosts.Add(phone, host);
        return phone;
    }

    private Task<(OfferEnvelope Offer, OfferReply Reply, PeerConnection Phone)> Offer(string device, byte[] key) =>
        Offer(device, key, Begin());

    private async Task<(OfferEnvelope Offer, OfferReply Reply, PeerConnection Phone)> Offer(
        string device, byte[] key, PeerConnection phone)
    {
        var offer = Sign(device, key, phone.LocalDescription);
        Assert.IsType<OfferVerdict.Verified>(Verify(offer));
        return (offer, await Host.Answer(offer, Cancellation), phone);
    }

    private async Task<TestPhone> Connect(VerifiedOffer verified, byte[] psk)
    {
        var (offer, reply, phone) = await Offer(verified.Device, verified.OfferKey);
        var answer = reply.Answer!;
        phone.SetRemoteDescription(answer.Sdp);
        var data = await phone.AcceptChannel(Cancellation);
        var channel = new MemoryChannel { OnMessage = (message, isText) => data.TrySend(message.Span, isText) };
        data.OnMessage = (message, _) => Hear(channel, message.Span);
        _ = data.Closed.ContinueWith(_ => channel.Close(), TaskScheduler.Default);
        var terms = new HandshakeTerms
        {
            Offer = verified,
            OfferNonce = [.. offer.Nonce],
            AnswerNonce = [.. answer.Nonce],
            Versions = [.. offer.Versions],
            PhoneCertificate = phone.LocalCertificate,
            MacCertificate = phone.RemoteCertificate,
        };
        var connected = new TestPhone(channel, null, phone.Completion);
        var keys = Sessions.Keys;
        Assert.True(await connected.Handshake(terms, Sessions.Phone, keys.Mac.PublicKey.ToArray(), psk));
        return connected;
    }

    private void Hear(MemoryChannel channel, ReadOnlySpan<byte> message)
    {
        if (!_reading.IsSet) _unread.TrySetResult();
        _reading.Wait();
        channel.TrySend(message);
    }

    private OfferEnvelope Sign(string device, byte[] key, string sdp)
    {
        var ts = Time.GetUtcNow().ToUnixTimeSeconds();
        var nonce = RandomNumberGenerator.GetBytes(OfferAuthentication.NonceLength);
        var auth = OfferAuthentication.Offer(key, (ulong)ts, nonce, [1], sdp);
        return new OfferEnvelope(
            MacId.Parse(Sessions.Keys.MacId), DeviceId.Parse(device), sdp, ts, [.. nonce], [1], [.. auth]);
    }
}
