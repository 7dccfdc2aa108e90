using System.Text;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Session;
using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Tests.Ice;
using QuicPair.Rtc.Tests.Session;
using QuicPair.Rtc.Tests.Simulation;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Hostile;

/// <summary>
/// STUN from strangers, checks from everywhere, records of others: who is not the peer is not answered.
/// </summary>
public sealed class StrangerTests
{
    private static readonly LinkOptions Link = LinkOptions.Clean(TimeSpan.FromMilliseconds(5));
    private static readonly TransportAddress Right = IcePair.Address("198.51.100.1");

    private readonly byte[] _datagram = new byte[2048];

    [Theory]
    [InlineData("another fragment", "nobody:any1", "0123456789abcdef012345")]
    [InlineData("another password", null, "0123456789abcdef012345")]
    [InlineData("no password", null, "")]
    public void Checks_of_strangers_draw_nothing(string kind, string? username, string password)
    {
        var pair = SessionPair.Connected(Link);
        Quiet(pair);
        var to = pair.Right.Session;
        var dropped = to.DroppedDatagrams;
        var length = Check(username ?? $"{to.UserFragment}:any1", password, 1);
        for (var count = 0; count < 5000; count++)
        {
            to.HandleDatagram(pair.Now, From(count), _datagram.AsSpan(0, length));
            Assert.False(to.TryTransmit(pair.Now, new byte[1500], out _, out _), kind);
        }

        Assert.Equal(dropped + 5000, to.DroppedDatagrams);
    }

    [Fact]
    public void Answers_and_indications_of_strangers_draw_nothing()
    {
        var pair = SessionPair.Connected(Link);
        Quiet(pair);
        var to = pair.Right.Session;
        var random = new SplitMix(5);
        foreach (var kind in new[] { StunClass.SuccessResponse, StunClass.ErrorResponse, StunClass.Indication })
        {
            for (var count = 0; count < 2000; count++)
            {
                var id = TransactionId.Create(random);
                var writer = new StunMessageWriter(_datagram, new(kind, StunMethod.Binding, id));
                writer.AddMappedAddress(IcePair.Address("203.0.113.9"));
                var length = writer.Complete("0123456789abcdef012345"u8);
                var path = count % 2 == 0 ? From(count) : pair.Right.Path;
                to.HandleDatagram(pair.Now, path, _datagram.AsSpan(0, length));
                Assert.False(to.TryTransmit(pair.Now, new byte[1500], out _, out _));
            }
        }

        Assert.Equal(SessionState.Connected, to.State);
    }

    [Fact]
    public void Authentic_checks_from_a_thousand_addresses_are_answered_and_followed_within_bounds()
    {
        var pair = SessionPair.Connected(Link);
        Quiet(pair);
        var to = pair.Right.Session;
        var (bytesIn, bytesOut, answers, checks) = (0L, 0L, 0, 0);
        var (now, output) = (pair.Now, new byte[1500]);
        for (var count = 0; count < 1000; count++)
        {
            var length = Check($"{to.UserFragment}:{pair.Left.Session.UserFragment}", PasswordOf(to), (ulong)count);
            to.HandleDatagram(now, From(count), _datagram.AsSpan(0, length));
            bytesIn += length;
            now += TimeSpan.FromMilliseconds(20);
            if (to.NextTimeout <= now) to.HandleTimeout(now);
            while (to.TryTransmit(now, output, out var sent, out var path))
            {
                bytesOut += sent;
                if (output[0] == 0x01) answers++;
                else if (path.Remote != pair.Right.Path.Remote) checks++;
            }
        }

        // Each check is answered (ICE demands it); of the addresses 32 are checked in turn, at the pace of checks.
        Assert.Equal(1000, answers);
        Assert.InRange(checks, 1, 1100);
        Assert.InRange(bytesOut, 1, 3 * bytesIn);
        Assert.Equal(SessionState.Connected, to.State);
    }

    [Fact]
    public void Responses_that_nobody_fetches_do_not_pile_up()
    {
        var pair = SessionPair.Connected(Link);
        Quiet(pair);
        var to = pair.Right.Session;
        for (var count = 0; count < 5000; count++)
        {
            var length = Check($"{to.UserFragment}:{pair.Left.Session.UserFragment}", PasswordOf(to), 1);
            to.HandleDatagram(pair.Now, pair.Right.Path, _datagram.AsSpan(0, length));
        }

        var answers = 0;
        while (to.TryTransmit(pair.Now, _datagram, out _, out _)) answers++;
        Assert.InRange(answers, 1, 20);
    }

    [Fact]
    public void Records_that_come_again_or_are_forged_change_nothing()
    {
        var pair = SessionPair.Connected(Link);
        Quiet(pair);
        var recorded = new List<byte[]>();
        pair.ToRight.Drop = packet =>
        {
            recorded.Add(packet.ToArray());
            return false;
        };
        for (var count = 0; count < 20; count++)
        {
            Assert.Equal(
                SendOutcome.Accepted, pair.Left.Session.Send(pair.Now, pair.Left.Channels[0], new byte[900]));
        }

        pair.RunFor(TimeSpan.FromSeconds(1));
        pair.ToRight.Drop = null;
        Assert.Equal(20, pair.Right.Messages.Count);
        var random = new SplitMix(9);
        foreach (var record in recorded.Where(record => record[0] is >= 20 and <= 63))
        {
            for (var count = 0; count < 50; count++)
            {
                pair.Right.HandleDatagram(pair.Now, record);
                var forged = record.ToArray();
                forged[5 + random.NextBelow(forged.Length - 5)] ^= (byte)(1 + random.NextBelow(255));
                pair.Right.HandleDatagram(pair.Now, forged);
                Assert.False(pair.Right.TryTransmit(pair.Now, _datagram, out _));
            }
        }

        pair.Right.TakeEvents(pair.Now);
        Assert.Equal(20, pair.Right.Messages.Count);
        Assert.Equal(SessionState.Connected, pair.Right.Session.State);
    }

    // What is on its way arrives, so that the next packet of the session is about the stranger or not at all.
    private static void Quiet(Pair<SessionEndpoint> pair) => pair.RunFor(TimeSpan.FromMilliseconds(700));

    private static NetworkPath From(int count) =>
        new(Right, IcePair.Address($"203.0.{count / 250}.{1 + (count % 250)}", 1024 + count));

    private static string PasswordOf(RtcSession session)
    {
        const string attribute = "a=ice-pwd:";
        var text = session.LocalDescription;
        var start = text.IndexOf(attribute, StringComparison.Ordinal) + attribute.Length;
        return text[start..text.IndexOf('\r', start)];
    }

    private int Check(string username, string password, ulong number)
    {
        var id = new TransactionId(7, number);
        var writer = new StunMessageWriter(_datagram, new(StunClass.Request, StunMethod.Binding, id));
        writer.AddUsername(Encoding.ASCII.GetBytes(username));
        writer.AddPriority(IceCandidate.ComputePriority(IceCandidateType.PeerReflexive, 1));
        writer.AddControlling(ulong.MaxValue);
        return writer.Complete(Encoding.ASCII.GetBytes(password));
    }
}
