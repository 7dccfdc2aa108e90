using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Session;

/// <summary>
/// How long datagrams are: nothing finds out what a path takes, so all of them have to fit the smallest one.
/// </summary>
public sealed class DatagramLengthTests
{
    // 1,280 (IPv6) - 40 - 8 (UDP) - 4 (the head of a TURN channel).
    private const int Longest = 1_228;
    private const int SmallMessages = 60;

    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(20);
    private static readonly byte[] Large = new byte[256 * 1024];

    [Theory]
    [InlineData(1UL, true)]
    [InlineData(2UL, false)]
    [InlineData(3UL, true)]
    public void No_datagram_of_a_whole_life_is_longer_than_the_smallest_path_takes(ulong seed, bool areInitsDescribed)
    {
        var link = new LinkOptions { Delay = Delay, Loss = 0.02, Mtu = 2_000 };
        var pair = SessionPair.CreateSecured(
            link, seed, edit: areInitsDescribed ? null : SessionPair.WithoutSctpInit);
        var sent = new List<(byte First, int Length)>();
        pair.ToLeft.Drop = pair.ToRight.Drop = datagram =>
        {
            sent.Add((datagram.Span[0], datagram.Length));
            return false;
        };
        Connect(pair);
        for (var count = 0; count < SmallMessages; count++)
        {
            // What is not acknowledged rides again, beside others and beside acknowledgements.
            Send(pair, pair.Left, new byte[40 + (10 * count)]);
            Send(pair, pair.Right, new byte[640 - (10 * count)]);
            pair.RunFor(TimeSpan.FromMilliseconds(3));
        }

        ExchangeLarge(pair, after: SmallMessages);
        pair.RunFor(TimeSpan.FromMinutes(1));
        pair.Left.Session.Close(pair.Now);
        pair.RunUntil(() => pair.Left.Session.IsOver, SessionPair.Soon, "close");

        Assert.InRange(sent.Max(datagram => datagram.Length), DtlsTransport.MaximumFlightDatagram, Longest);
        Assert.InRange(
            sent.Where(datagram => datagram.First is 20 or 22).Max(datagram => datagram.Length),
            400,
            DtlsTransport.MaximumFlightDatagram);
    }

    [Theory]
    [InlineData(Longest, Longest - DtlsTransport.SealOverhead)]
    [InlineData(1_200, 1_200 - DtlsTransport.SealOverhead)]
    public void A_path_of_exactly_the_length_that_is_sent_carries_the_longest_message(int mtu, int packetLength)
    {
        var options = new SctpOptions { PacketLengthMax = packetLength };
        var pair = SessionPair.CreateSecured(LinkOptions.Clean(Delay) with { Mtu = mtu }, sctp: options);
        Connect(pair);
        ExchangeLarge(pair, after: 0);
    }

    [Fact]
    public void Our_own_length_is_the_one_that_fits_the_smallest_path() =>
        Assert.Equal(Longest, new SctpOptions().PacketLengthMax + DtlsTransport.SealOverhead);

    [Fact]
    public void Where_nothing_above_1200_bytes_passes_the_channel_opens_and_short_messages_arrive()
    {
        var pair = SessionPair.CreateSecured(LinkOptions.Clean(Delay) with { Mtu = 1_200 });
        Connect(pair);
        Send(pair, pair.Left, new byte[1_000]);
        Send(pair, pair.Right, new byte[1_000]);

        pair.RunUntil(
            () => pair.Left.Messages.Count == 1 && pair.Right.Messages.Count == 1, SessionPair.Soon, "short messages");
    }

    private static void Connect(Pair<SessionEndpoint> pair) => pair.RunUntil(
        () => pair.Left.Channels.Count == 1 && pair.Right.Channels.Count == 1, SessionPair.Soon, "connect");

    private static void Send(Pair<SessionEndpoint> pair, SessionEndpoint from, byte[] message) =>
        Assert.Equal(SendOutcome.Accepted, from.Session.Send(pair.Now, from.Channels[0], message));

    private static void ExchangeLarge(Pair<SessionEndpoint> pair, int after)
    {
        Send(pair, pair.Left, Large);
        Send(pair, pair.Right, Large);
        pair.RunUntil(
            () => pair.Left.Messages.Count == after + 1 && pair.Right.Messages.Count == after + 1,
            SessionPair.Soon,
            "the longest message");
        Assert.Equal(Large.Length, pair.Left.Messages[^1].Payload.Length);
        Assert.Equal(Large.Length, pair.Right.Messages[^1].Payload.Length);
    }
}
