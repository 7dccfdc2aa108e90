using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Hostile;

/// <summary>
/// One host serves many peers from one pool of buffers: what one of them does is not felt by the others.
/// </summary>
public sealed class NeighbourTests
{
    [Fact]
    public void A_neighbour_that_hoards_leaves_the_others_their_speed_and_gives_everything_back()
    {
        var pool = new BlockPool();
        var alone = TimeOfTransfer(new BlockPool(), null);
        var hostile = RawPeer.Connect(new SctpOptions { Pool = pool });
        var beside = TimeOfTransfer(pool, hostile);

        Assert.Equal(alone, beside);
        Assert.True(pool.RentedBlocks > 1000, "the hoard");
        hostile.Victim.Abort(hostile.Now);
        hostile.Drain();
        Assert.Equal(0, pool.RentedBlocks);
        Assert.InRange(pool.RetainedBytes, 1, 8 * 1024 * 1024);
    }

    private static TimeSpan TimeOfTransfer(BlockPool pool, RawPeer? neighbour)
    {
        var options = new SctpOptions { Pool = pool };
        var pair = ChannelPair.Create(LinkOptions.Clean(TimeSpan.FromMilliseconds(10)), 1, options, options);
        pair.Connect();
        var id = pair.Open();
        var start = pair.Now;
        for (var count = 0; count < 100; count++)
        {
            Assert.Equal(SendOutcome.Accepted, pair.Send(pair.Left, id, new byte[10_000]));
            for (var hole = 0; neighbour is not null && hole < 50; hole++)
            {
                // Messages that wait for an earlier one, which never comes.
                neighbour.SendData(neighbour.Next, 0, 100 + (count * 50) + hole, flags: 3, length: 900);
            }

            pair.RunFor(TimeSpan.FromMilliseconds(1));
        }

        pair.RunUntil(() => pair.Right.Messages.Count == 100, ChannelPair.Soon, "transfer");
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
