using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Send;
using Xunit;

namespace QuicPair.Rtc.Tests.Sctp;

public sealed class OutstandingDataTests
{
    private const int Chunks = 10_000;

    private static readonly Tsn Initial = new(uint.MaxValue - (Chunks / 2));

    private readonly BlockPool _pool = new();
    private readonly OutstandingData _outstanding;

    public OutstandingDataTests() => _outstanding = new OutstandingData(_pool, Initial);

    [Fact]
    public void Sending_all_that_was_lost_again_looks_at_each_chunk_once()
    {
        Add(Chunks);
        for (var index = 0; index < Chunks; index += 2)
        {
            _outstanding.Lose(Initial + index);
        }

        var before = _outstanding.Looked;
        for (var index = 0; index < Chunks; index += 2)
        {
            Assert.Equal(Initial + index, SendLostAgain());
        }

        Assert.Equal(0, _outstanding.LostCount);

        // The sent one, the one between, the lost one, and that again to send it.
        Assert.InRange(_outstanding.Looked - before, Chunks, 2 * Chunks);
    }

    [Fact]
    public void A_loss_that_is_noticed_late_is_found_first()
    {
        Add(10);
        _outstanding.Lose(Initial + 5);
        _outstanding.Lose(Initial + 7);
        Assert.Equal(Initial + 5, SendLostAgain());
        _outstanding.Lose(Initial + 2);
        Assert.Equal(Initial + 2, SendLostAgain());
        Assert.Equal(Initial + 7, SendLostAgain());
    }

    [Fact]
    public void The_search_begins_with_what_is_still_outstanding()
    {
        Add(10);
        _outstanding.Lose(Initial + 1);
        Assert.Equal(Initial + 1, SendLostAgain());
        for (var index = 0; index < 8; index++)
        {
            _outstanding.Move(ref _outstanding[_outstanding.First], ChunkState.Acknowledged);
            _outstanding.RemoveFirst();
        }

        _outstanding.Lose(Initial + 9);
        Assert.Equal(Initial + 9, SendLostAgain());
        _outstanding.Clear();
        Assert.Equal(0, _pool.RentedBlocks);
    }

    private void Add(int count)
    {
        var stream = new OutboundStream(new StreamId(0));
        for (var index = 0; index < count; index++)
        {
            var fragment = new OutboundFragment(_pool.Rent([1]), stream, default, index, default, default, default);
            _outstanding.Add(fragment, Instant.Start);
        }
    }

    private Tsn SendLostAgain()
    {
        var tsn = _outstanding.FindLost();
        _outstanding.Move(ref _outstanding[tsn], ChunkState.InFlight);
        return tsn;
    }
}
