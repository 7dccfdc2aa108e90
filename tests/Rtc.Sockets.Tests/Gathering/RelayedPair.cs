using System.Net;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests.Gathering;

/// <summary>A phone that uses nothing but a relay, and a Mac; what one sends the other sends back.</summary>
internal sealed class RelayedPair : IAsyncDisposable
{
    private const int MessageLength = 16_384;
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(20);

    private readonly RtcHost _phoneHost;
    private readonly RtcHost _macHost;
    private DataChannel _channel = null!;
    private byte _next;

    private RelayedPair(RtcHost phoneHost, RtcHost macHost, bool bothRelayed)
    {
        (_phoneHost, _macHost) = (phoneHost, macHost);
        Phone = phoneHost.CreateOffer(new PeerOptions { Channels = [new ChannelOptions("llm")], RelayOnly = true });
        Mac = macHost.CreateAnswer(Phone.LocalDescription, new PeerOptions { RelayOnly = bothRelayed });
    }

    public PeerConnection Phone { get; }

    public PeerConnection Mac { get; }

    /// <summary>The relayed addresses of the phone at this moment.</summary>
    public TransportAddress[] RelayedAddresses =>
        [.. _phoneHost.LocalCandidates
            .Where(candidate => candidate.Type == IceCandidateType.Relayed)
            .Select(candidate => candidate.Address)];

    /// <summary>How often the relay has asked the phone for another nonce.</summary>
    public long Challenges => Assert.Single(_phoneHost.RelayCounters).Challenges;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<RelayedPair> Connect(
        Coturn coturn, IceServer server, bool bothRelayed = false, TimeSpan? lifetime = null)
    {
        var options = new RtcHostOptions
        {
            Address = IPAddress.Loopback,
            IceServers = [server],
            RelayRoots = coturn.Roots,
            RelayCredentialLifetime = lifetime ?? TimeSpan.FromMinutes(10),
        };
        var phone = RtcHost.Start(options);
        var mac = RtcHost.Start(bothRelayed ? options : options with { IceServers = [] });
        Assert.True(await phone.Gather(LongEnough, Cancellation));
        Assert.True(await mac.Gather(LongEnough, Cancellation));
        var pair = new RelayedPair(phone, mac, bothRelayed);
        Assert.Contains("typ relay", pair.Phone.LocalDescription, StringComparison.Ordinal);
        Assert.DoesNotContain("typ host", pair.Phone.LocalDescription, StringComparison.Ordinal);
        pair.Phone.SetRemoteDescription(pair.Mac.LocalDescription);
        pair._channel = await pair.Phone.AcceptChannel(Cancellation);
        var back = await pair.Mac.AcceptChannel(Cancellation);
        back.OnMessage = (message, _) => back.TrySend(message.Span);
        return pair;
    }

    /// <summary>Sends so much, and sees all of it come back in order.</summary>
    public async Task Exchange(int megabytes)
    {
        var count = megabytes * (1 << 20) / MessageLength;
        var (received, done) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var expected = _next;
        _channel.OnMessage = (message, _) =>
        {
            if (message.Length != MessageLength || message.Span[0] != expected++) done.TrySetException(Wrong());
            if (++received == count) done.TrySetResult();
        };
        for (var sent = 0; sent < count; sent++)
        {
            var message = new byte[MessageLength];
            message[0] = _next++;
            Assert.True(_channel.TrySend(message));
        }

        await done.Task.WaitAsync(Cancellation);
    }

    /// <summary>Connects the phone to another Mac over the same allocation, and has a message come back.</summary>
    public async Task MeetAnotherMac()
    {
        await using var host = RtcHost.Start(new RtcHostOptions { Address = IPAddress.Loopback });
        await using var phone = _phoneHost.CreateOffer(
            new PeerOptions { Channels = [new ChannelOptions("llm")], RelayOnly = true });
        var mac = host.CreateAnswer(phone.LocalDescription, new PeerOptions());
        phone.SetRemoteDescription(mac.LocalDescription);
        var channel = await phone.AcceptChannel(Cancellation);
        var back = await mac.AcceptChannel(Cancellation);
        back.OnMessage = (message, _) => back.TrySend(message.Span);
        var next = PeerPair.NextMessage(channel);
        Assert.True(channel.TrySend([7]));
        Assert.Equal(7, Assert.Single(await next));
    }

    /// <summary>
    /// Exchanges small messages, one after the other, until the phone has had so many other relayed addresses.
    /// </summary>
    public async Task ExchangeUntilRenewed(int times)
    {
        for (var round = 0; round < times; round++)
        {
            var former = RelayedAddresses;
            while (RelayedAddresses.Intersect(former).Any())
            {
                var back = PeerPair.NextMessage(_channel);
                Assert.True(_channel.TrySend([_next]));
                Assert.Equal([_next++], await back);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _phoneHost.DisposeAsync();
        await _macHost.DisposeAsync();
    }

    private static InvalidOperationException Wrong() => new("a message came out of order");
}
