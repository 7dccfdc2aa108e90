using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Hostile;

/// <summary>
/// One host serves many peers from one pool of buffers: what one of them does is not felt by the others.
/// </summary>
public sealed class NeighbourTests
{
    private const int Whole = 3;
    private const int Rounds = 100;
    private const int PacketsPerRound = 50;
    private const int HeldBytesMax = (5 * 1024 * 1024) + (256 * 1024);
    private const int HeldBlocksMax = 17 * 1024;
    private const int RetainedBytesMax = 8 * 1024 * 1024;

    // Each sends one packet; the number counts them.
    private static readonly Dictionary<string, Action<RawPeer, int>> Behaviours = new()
    {
        ["wrong checksums"] = SendWrongChecksum,
        ["numbers outside the window"] = (peer, count) =>
            peer.SendData(peer.Next + (70_000 + count), 0, count, Whole, 100),
        ["holes everywhere"] = (peer, count) => peer.SendData(peer.Next + (2 + (2 * count)), 0, count + 9, Whole),
        ["a storm of SACKs"] = (peer, _) => Repeat(
            peer, $"03000010 {peer.Control.Sender.LastAssignedTsn.Hex()} 01000000 0000 0000", times: 60),
        ["INITs"] = SendInit,
        ["stream resets in a loop"] = (peer, _) => SendReset(peer),
        ["overlapping fragments"] = (peer, count) => peer.SendData(
            peer.Next + (1 + (count * 7 % 600)), count % 2, count % 3, count % 8, 1 + (count * 37 % 900)),
        ["heartbeats to be amplified"] = (peer, _) =>
            Repeat(peer, "04000010 0001000C 0000000000000001", times: 50),
        ["chunks that nobody knows"] = (peer, _) => Repeat(peer, "D3000004", times: 60),
    };

    public static TheoryData<string> Names => [.. Behaviours.Keys];

    [Fact]
    public void A_neighbour_that_hoards_leaves_the_others_their_speed_and_gives_everything_back()
    {
        var pool = new BlockPool();
        var alone = TimeOfTransfer(new BlockPool(), null);
        var hostile = RawPeer.Connect(new SctpOptions { Pool = pool });

        // Messages that wait for an earlier one, which never comes.
        var beside = TimeOfTransfer(pool, count => hostile.SendData(hostile.Next, 0, 100 + count, Whole, 900));

        Assert.Equal(alone, beside);
        Assert.True(pool.RentedBlocks > 1000, "the hoard");
        hostile.Victim.Abort(hostile.Now);
        hostile.Drain();
        Assert.Equal(0, pool.RentedBlocks);
        Assert.InRange(pool.RetainedBytes, 1, RetainedBytesMax);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_neighbour_that_misbehaves_stays_within_its_bounds_and_the_others_do_not_notice(string behaviour)
    {
        var pool = new BlockPool();
        var alone = TimeOfTransfer(new BlockPool(), null);
        var hostile = RawPeer.Connect(new SctpOptions { Pool = pool });
        hostile.ForgetAnswers();
        var beside = TimeOfTransfer(pool, count => Behaviours[behaviour](hostile, count));

        Assert.Equal(alone, beside);
        Assert.InRange(hostile.Answers, 0, Rounds * PacketsPerRound);
        Assert.InRange(hostile.Control.Reassembly.HeldBytes, 0, HeldBytesMax);
        Assert.InRange(pool.RentedBlocks, 0, HeldBlocksMax);
        hostile.Victim.Abort(hostile.Now);
        hostile.Drain();
        Assert.Equal(0, pool.RentedBlocks);
        Assert.InRange(pool.RetainedBytes, 1, RetainedBytesMax);
    }

    private static void SendWrongChecksum(RawPeer peer, int count)
    {
        var data = RawPeer.Data(peer.Next, 0, count, Whole, 500);
        var packet = SctpPacket.Create(peer.Victim.Association.LocalTag, data);
        packet[9] ^= 1;
        peer.Deliver(packet);
    }

    private static void SendInit(RawPeer peer, int count)
    {
        var tag = ((uint)count + 1).Hex();
        peer.Deliver(SctpPacket.Create(0, $"01000014 {tag} 00100000 0010 0010 {tag}"));
    }

    private static void SendReset(RawPeer peer)
    {
        var number = peer.Control.StreamReset.ExpectedRequest.Hex();
        var last = peer.Control.Tracker.Cumulative.Hex();
        peer.Send($"8200001A 000D0016 {number} 00000000 {last} 0003 0005 0007 0000");
    }

    private static void Repeat(RawPeer peer, string chunk, int times)
    {
        string[] chunks = [.. Enumerable.Repeat(chunk, times)];
        peer.Send(chunks);
    }

    private static TimeSpan TimeOfTransfer(BlockPool pool, Action<int>? misbehave)
    {
        var options = new SctpOptions { Pool = pool };
        var pair = ChannelPair.Create(LinkOptions.Clean(TimeSpan.FromMilliseconds(10)), 1, options, options);
        pair.Connect();
        var id = pair.Open();
        var start = pair.Now;
        for (var round = 0; round < Rounds; round++)
        {
            Assert.Equal(SendOutcome.Accepted, pair.Send(pair.Left, id, new byte[10_000]));
            for (var packet = 0; packet < PacketsPerRound; packet++)
            {
                misbehave?.Invoke((round * PacketsPerRound) + packet);
            }

            pair.RunFor(TimeSpan.FromMilliseconds(1));
        }

        pair.RunUntil(() => pair.Right.Messages.Count == Rounds, ChannelPair.Soon, "transfer");
        var took = pair.Now - start;
        pair.Left.Channels.Close(pair.Now);
        pair.RunUntil(
            () => pair.Right.Saw(Rtc.Channels.ChannelEventKind.Disconnected)
                && pair.Left.Saw(Rtc.Channels.ChannelEventKind.Disconnected),
            ChannelPair.Soon,
            "end");
        return took;
    }
}
