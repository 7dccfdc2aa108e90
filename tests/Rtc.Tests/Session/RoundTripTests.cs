using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Sctp.Parameters;
using QuicPair.Rtc.Session;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Session;

/// <summary>How many round trips each phase takes; docs/performance.md has the table.</summary>
public sealed class RoundTripTests
{
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void With_init_in_the_descriptions_the_channel_is_open_after_two_and_a_half_round_trips()
    {
        var pair = SessionPair.CreateSecured(LinkOptions.Clean(RoundTrip / 2));
        var start = pair.Now;
        pair.RunUntil(() => pair.Left.Channels.Count == 1, SessionPair.Soon, "open");
        Assert.Equal(2.5, (pair.Now - start) / RoundTrip, 0.05);
        pair.RunUntil(() => pair.Right.Channels.Count == 1, SessionPair.Soon, "open at the other end");
        Assert.Equal(3.0, (pair.Now - start) / RoundTrip, 0.05);
    }

    [Fact]
    public void Without_init_in_the_descriptions_the_channel_is_open_after_three_and_a_half_round_trips()
    {
        var pair = SessionPair.CreateSecured(LinkOptions.Clean(RoundTrip / 2), edit: SessionPair.WithoutSctpInit);
        var start = pair.Now;
        pair.RunUntil(() => pair.Left.Channels.Count == 1, SessionPair.Soon, "open");

        // The answerer's check and hello: 1; its Finished and INIT arrive: 2.5; its COOKIE ECHO: 3.5.
        Assert.Equal(3.5, (pair.Now - start) / RoundTrip, 0.05);
        var (left, right) = (pair.Left.Session, pair.Right.Session);
        Assert.Equal(2.5, (left.DtlsConnectedAt!.Value - start) / RoundTrip, 0.05);
        Assert.Equal(3.0, (right.DtlsConnectedAt!.Value - start) / RoundTrip, 0.05);
        pair.RunUntil(() => pair.Right.Channels.Count == 1, SessionPair.Soon, "open at the other end");
        Assert.Equal(4.0, (pair.Now - start) / RoundTrip, 0.05);
    }

    [Fact]
    public void An_init_that_the_server_lost_is_repeated_with_its_finished()
    {
        var pair = SessionPair.CreateSecured(LinkOptions.Clean(RoundTrip / 2), edit: SessionPair.WithoutSctpInit);
        var isFirst = true;

        // The first sealed record of the answerer that is application data.
        pair.ToLeft.Drop = datagram =>
        {
            if (datagram.Span[0] != 23 || !isFirst) return false;
            isFirst = false;
            return true;
        };
        var start = pair.Now;
        pair.RunUntil(() => pair.Left.Channels.Count == 1, SessionPair.Soon, "open");

        Assert.InRange((pair.Now - start) / RoundTrip, 3.5, 4.55);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_DTLS_client_says_nothing_but_init_before_the_server_has_finished(bool areInitsDescribed)
    {
        var pair = SessionPair.CreateSecured(
            LinkOptions.Clean(RoundTrip / 2), edit: areInitsDescribed ? null : SessionPair.WithoutSctpInit);
        var lengths = new List<int>();

        // The last flight of the offerer, which is the server, begins with change_cipher_spec: it never arrives.
        pair.ToRight.Drop = datagram => datagram.Span[0] == 20;
        pair.ToLeft.Drop = datagram =>
        {
            if (datagram.Span[0] == 23) lengths.Add(datagram.Length);
            return false;
        };
        Assert.True(pair.Right.Session.TryOpenChannel(pair.Now, new() { Label = "waits" }));
        pair.RunFor(TimeSpan.FromSeconds(5));

        const int init = CommonHeader.Length + InitChunk.HeaderLength + DtlsTransport.SealOverhead;
        Assert.Null(pair.Right.Session.DtlsConnectedAt);
        Assert.Equal(areInitsDescribed, lengths.Count == 0);
        Assert.All(lengths, length => Assert.Equal(init + PeerCapabilities.Announcement.Length, length));
    }

    [Fact]
    public void Connects_for_every_seed_on_a_bad_link()
    {
        var link = new LinkOptions
        {
            Delay = TimeSpan.FromMilliseconds(20),
            Loss = 0.1,
            Reorder = 0.1,
            Duplicate = 0.05,
            Jitter = TimeSpan.FromMilliseconds(5),
        };
        for (var seed = 1ul; seed <= 100; seed++)
        {
            var pair = SessionPair.CreateSecured(link, seed);
            pair.RunUntil(
                () => pair.Left.Channels.Count == 1 && pair.Right.Channels.Count == 1, SessionPair.Soon, "connect");
            Assert.Equal(SessionState.Connected, pair.Left.Session.State);
        }
    }
}
