using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Sctp;
using Xunit;

namespace QuicPair.Rtc.Tests.Simulation;

/// <summary>Makes pairs of data channel ends: left is the DTLS client.</summary>
internal static class ChannelPair
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    public static Pair<ChannelEndpoint> Create(
        LinkOptions? link = null, ulong seed = 1, SctpOptions? left = null, SctpOptions? right = null)
    {
        var random = new SplitMix(seed);
        return new Pair<ChannelEndpoint>(
            new ChannelEndpoint(new DataChannels(left ?? new SctpOptions(), random, isDtlsClient: true)),
            new ChannelEndpoint(new DataChannels(right ?? new SctpOptions(), random, isDtlsClient: false)),
            link ?? LinkOptions.Clean(TimeSpan.FromMilliseconds(25)),
            seed);
    }

    /// <summary>Connects both ends at once, as WebRTC does.</summary>
    public static void Connect(this Pair<ChannelEndpoint> pair)
    {
        pair.Left.Channels.Connect(pair.Now);
        pair.Right.Channels.Connect(pair.Now);
        pair.RunUntil(
            () => pair.Left.Saw(ChannelEventKind.Connected) && pair.Right.Saw(ChannelEventKind.Connected),
            Soon,
            "connect");
    }

    /// <summary>Opens a channel from the left and waits until the right knows it.</summary>
    public static StreamId Open(this Pair<ChannelEndpoint> pair, ChannelParameters? parameters = null)
    {
        Assert.True(pair.Left.Channels.TryOpen(pair.Now, parameters ?? new ChannelParameters(), out var id));
        pair.RunUntil(
            () => pair.Right.Events.Exists(e => e.Kind == ChannelEventKind.Opened && e.Id == id),
            Soon,
            "open");
        return id;
    }

    public static SendOutcome Send(
        this Pair<ChannelEndpoint> pair, ChannelEndpoint from, StreamId id, ReadOnlySpan<byte> payload) =>
        from.Channels.Send(pair.Now, id, payload);
}
