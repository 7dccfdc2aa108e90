using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Tests.Simulation;

namespace QuicPair.Rtc.Tests.Bottleneck;

/// <summary>Makes bulk transfers: over a data channel of ours, or as TCP Reno would.</summary>
internal static class Flows
{
    private const int MessageLength = 16 * 1024;
    private const int Buffered = 256 * 1024;

    public static Flow Reno()
    {
        var (sender, receiver) = (new RenoSender(), new RenoReceiver());
        return new Flow(sender, receiver, _ => { }, () => receiver.Delivered);
    }

    /// <summary>One of ours whose receiver reports everything that was sent again as a duplicate.</summary>
    public static Flow OursReportedTwice(ulong seed)
    {
        var flow = Ours(seed);
        return flow with { Receiver = new RepeatingReceiver(flow.Receiver) };
    }

    public static Flow Ours(ulong seed)
    {
        var random = new SplitMix(seed);
        var left = new ChannelEndpoint(new DataChannels(new SctpOptions(), random, isDtlsClient: true));
        var right = new ChannelEndpoint(new DataChannels(new SctpOptions(), random, isDtlsClient: false));
        var delivered = 0L;
        right.OnEvent = (_, happened) =>
        {
            delivered += happened.Kind == ChannelEventKind.Message ? happened.Payload.Length : 0;
            return true;
        };
        left.Channels.Connect(default);
        left.Channels.TryOpen(default, new ChannelParameters(), out var id);
        var message = new byte[MessageLength];
        return new Flow(
            left,
            right,
            now =>
            {
                while (left.Channels.BufferedAmount(id) < Buffered) left.Channels.Send(now, id, message);
            },
            () => delivered);
    }
}
