using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Association;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Session;

/// <summary>INIT in the descriptions (draft-hancke-tsvwg-snap), and everything that may be in its place.</summary>
public sealed class SctpInitTests
{
    private static readonly LinkOptions Link = LinkOptions.Clean(TimeSpan.FromMilliseconds(50));

    [Fact]
    public void Example_from_the_draft()
    {
        Assert.True(SctpInit.TryParse("AQAAHols3R0AUAAA/////+B5ZR3AAAAEgAgABoLA", out var init));
        Assert.Equal(0x896C_DD1Du, init.InitiateTag);
        Assert.Equal(0x0050_0000u, init.ReceiveWindow);
        Assert.Equal(new Tsn(0xE079_651D), init.InitialTsn);
        Assert.Equal(new(ForwardTsn: true, Reconfig: true, ZeroChecksum: false), init.Capabilities);
    }

    [Fact]
    public void Reads_what_it_writes()
    {
        var init = SctpInit.Create(new SctpOptions(), new SplitMix(7));
        Assert.True(SctpInit.TryParse(init.Format(), out var read));
        Assert.Equal(init, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AQAA")]
    [InlineData("AQAAHols3R0AUAAA/////+B5ZR3AAAAEgAgABoL")]
    [InlineData("AQAAHols3R0AUAAA/////+B5ZR3AAAAEgAgABoLA=")]
    [InlineData("AQAAHols3R0AUAAA/////+B5ZR3AAAAEgAgABoL!")]
    [InlineData("AQAAHols3R0AUAAA/////-B5ZR3AAAAEgAgABoLA")]
    [InlineData("AgAAHols3R0AUAAA/////+B5ZR3AAAAEgAgABoLA")]
    [InlineData("AQAAHgAAAAAAUAAA/////+B5ZR3AAAAEgAgABoLA")]
    [InlineData("AQAAH4ls3R0AUAAA/////+B5ZR3AAAAEgAgABoLA")]
    [InlineData("AQAAHols3R0AUAAAAAD//+B5ZR3AAAAEgAgABoLA")]
    [InlineData("AQAAHols3R0AUAAA/////+B5ZR3AAAADgAgABoLA")]
    public void What_is_not_one_whole_init_is_none(string text) => Assert.False(SctpInit.TryParse(text, out _));

    [Fact]
    public void A_broken_init_in_an_offer_is_not_answered_and_the_handshake_takes_its_place()
    {
        var pair = SessionPair.CreateSecured(
            Link, edit: offer => SessionPair.WithSctpInit(offer, "AQAAH4ls3R0AUAAA/////+B5ZR3AAAAEgAgABoLA"));
        Assert.DoesNotContain("sctp-init", pair.Right.Session.LocalDescription, StringComparison.Ordinal);
        pair.RunUntil(() => pair.Right.Channels.Count == 1, SessionPair.Soon, "open");
    }

    [Fact]
    public void Our_own_init_in_an_answer_is_an_echo_and_not_the_peers()
    {
        var pair = SessionPair.CreateSecured(
            Link, edit: SessionPair.WithoutSctpInit, editAnswer: (answer, offer) => answer + Line(offer) + "\r\n");
        pair.RunUntil(
            () => pair.Left.Channels.Count == 1 && pair.Right.Channels.Count == 1, SessionPair.Soon, "open");
    }

    [Fact]
    public void Every_flipped_bit_of_an_init_leaves_two_ends_that_connect_or_wait_but_never_break()
    {
        var whole = Convert.FromBase64String(
            SctpInit.Create(new SctpOptions(), new SplitMix(3)).Format());
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var bent = (byte[])whole.Clone();
            bent[bit / 8] ^= (byte)(1 << (bit % 8));
            var pair = SessionPair.CreateSecured(
                Link, edit: offer => SessionPair.WithSctpInit(offer, Convert.ToBase64String(bent)));
            pair.RunFor(TimeSpan.FromSeconds(2));
            Assert.False(pair.Left.Session.IsOver);
            Assert.False(pair.Right.Session.IsOver);
        }
    }

    [Fact]
    public void A_peer_that_starts_all_the_same_is_answered()
    {
        // Only one of the two associations believes in the descriptions.
        var pair = ChannelPair.Create();
        var (left, right) = (pair.Left.Channels.Association, pair.Right.Channels.Association);
        pair.Left.Channels.Connect(pair.Now);
        Span<byte> packet = stackalloc byte[1191];
        Assert.True(left.TryTransmit(pair.Now, packet, out var length));
        Assert.True(InitChunk.TryParse(packet[CommonHeader.Length..length], out var init));
        var known = new SctpInit(init.InitiateTag, init.InitialTsn, init.ReceiveWindow, new(true, true, false));
        right.Establish(pair.Now, known, roundTrip: null);
        pair.RunUntil(() => left.State is AssociationState.Established, ChannelPair.Soon, "association");
        var id = pair.Open();
        pair.Send(pair.Right, id, [1, 2, 3]);
        pair.RunUntil(() => pair.Left.Messages.Count == 1, ChannelPair.Soon, "message");
    }

    [Fact]
    public void Later_descriptions_have_the_same_init_if_both_had_one()
    {
        var pair = SessionPair.CreateSecured(Link);
        pair.RunUntil(() => pair.Left.Channels.Count == 1, SessionPair.Soon, "open");
        var first = Line(pair.Left.Session.LocalDescription);
        pair.Left.Session.OfferRestart([]);
        Assert.NotNull(first);
        Assert.Equal(first, Line(pair.Left.Session.LocalDescription));

        var without = SessionPair.CreateSecured(Link, edit: SessionPair.WithoutSctpInit);
        without.RunUntil(() => without.Left.Channels.Count == 1, SessionPair.Soon, "open");
        without.Left.Session.OfferRestart([]);
        Assert.Null(Line(without.Left.Session.LocalDescription));
    }

    private static string? Line(string description) => description.Split("\r\n")
        .FirstOrDefault(line => line.StartsWith("a=sctp-init:", StringComparison.Ordinal));
}
