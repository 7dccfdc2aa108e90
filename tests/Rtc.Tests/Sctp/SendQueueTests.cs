using System.Text;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Sctp.Send;
using Xunit;

namespace QuicPair.Rtc.Tests.Sctp;

public sealed class SendQueueTests
{
    private static readonly SctpOptions Options = new() { PacketLengthMax = 128, SendBuffer = 2000 };

    private readonly SendQueue _queue = new(new BlockPool(), Options, new SctpStatistics());

    [Fact]
    public void A_long_message_is_cut_to_fragments_that_fill_packets()
    {
        Enqueue(1, new string('x', 250));
        Assert.Equal("1:B100 1:100 1:E50", Drain());
        Assert.True(_queue.IsEmpty);
        Assert.Equal(0, _queue.Buffered(new StreamId(1)));
    }

    [Fact]
    public void Streams_take_turns_between_messages_but_not_within_one()
    {
        Enqueue(1, new string('x', 150));
        Enqueue(1, "a");
        Enqueue(2, "b");
        Enqueue(2, "c");
        Assert.Equal("1:B100 1:E50 2:BE1 1:BE1 2:BE1", Drain());
    }

    [Fact]
    public void Sequence_numbers_are_given_to_ordered_messages_only()
    {
        Enqueue(1, "a");
        _queue.Enqueue(new StreamId(1), "u"u8, PayloadProtocol.Text, new Reliability(Unordered: true));
        Enqueue(1, "b");
        Assert.Equal(0, Take().Ssn.Value);
        Assert.True(Take().Flags.HasFlag(DataFlags.Unordered));
        Assert.Equal(1, Take().Ssn.Value);
    }

    [Fact]
    public void What_is_too_large_or_too_much_is_refused()
    {
        var small = new SendQueue(
            new BlockPool(), Options with { RemoteMessageLengthMax = 10 }, new SctpStatistics());
        var stream = new StreamId(0);
        Assert.Equal(
            SendOutcome.TooLarge, small.Enqueue(stream, new byte[11], PayloadProtocol.Binary, default));
        Assert.Equal(
            SendOutcome.BufferFull, _queue.Enqueue(stream, new byte[1999], PayloadProtocol.Binary, default));
        var accepted = 0;
        while (_queue.Enqueue(stream, [1], PayloadProtocol.Binary, default) == SendOutcome.Accepted)
        {
            accepted++;
        }

        Assert.InRange(accepted, 10, 20);
        Drain();
        Assert.Equal(SendOutcome.Accepted, _queue.Enqueue(stream, [1], PayloadProtocol.Binary, default));
    }

    [Fact]
    public void A_message_whose_time_is_over_is_not_sent()
    {
        var expires = Instant.Start + TimeSpan.FromSeconds(1);
        _queue.Enqueue(new StreamId(1), "old"u8, PayloadProtocol.Text, new Reliability(false, expires));
        Enqueue(1, "fresh");
        Assert.True(_queue.TryPeek(expires, out var length));
        Assert.Equal(5, length);
        Assert.Equal(0, Take().Ssn.Value);
    }

    [Fact]
    public void The_rest_of_a_message_that_was_given_up_is_dropped()
    {
        Enqueue(1, new string('x', 250));
        Enqueue(1, "next");
        Assert.True(_queue.TryPeek(Instant.Start, out _));
        var first = _queue.Take();
        Assert.True(_queue.Discard(first.Stream, first.MessageId, out var end));
        Assert.Equal((first.MessageId, DataFlags.None), (end.MessageId, end.Flags));
        Assert.False(_queue.Discard(first.Stream, first.MessageId, out _));
        Assert.Equal("1:BE4", Drain());
        Assert.Equal(0, _queue.Buffered(new StreamId(1)));
    }

    private void Enqueue(ushort stream, string text) => Assert.Equal(
        SendOutcome.Accepted,
        _queue.Enqueue(new StreamId(stream), Encoding.UTF8.GetBytes(text), PayloadProtocol.Text, default));

    private OutboundFragment Take()
    {
        Assert.True(_queue.TryPeek(Instant.Start, out _));
        return _queue.Take();
    }

    private string Drain()
    {
        var fragments = new List<string>();
        while (_queue.TryPeek(Instant.Start, out var length))
        {
            var fragment = _queue.Take();
            var begin = fragment.Flags.HasFlag(DataFlags.Begin) ? "B" : "";
            var end = fragment.Flags.HasFlag(DataFlags.End) ? "E" : "";
            fragments.Add($"{fragment.Stream.Id.Value}:{begin}{end}{length}");
        }

        return string.Join(' ', fragments);
    }
}
