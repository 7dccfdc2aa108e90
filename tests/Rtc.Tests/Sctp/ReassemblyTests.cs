using System.Text;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Sctp.Receive;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Sctp;

public sealed class ReassemblyTests
{
    private const DataFlags Whole = DataFlags.Begin | DataFlags.End;

    private readonly Reassembly _reassembly = new(new BlockPool(), messageLengthMax: 100);

    [Fact]
    public void Whole_messages_come_out_in_the_order_of_their_stream()
    {
        Add(2, 1, Whole, "b");
        Add(3, 2, Whole, "c");
        Assert.Equal("", Taken());
        Add(1, 0, Whole, "a");
        Assert.Equal("a b c", Taken());
        Assert.Equal(0, _reassembly.HeldBytes);
        Assert.Equal(0, _reassembly.HeldChunks);
    }

    [Fact]
    public void Streams_do_not_wait_for_each_other()
    {
        Add(2, 1, Whole, "late", stream: 1);
        Add(3, 0, Whole, "free", stream: 2);
        Assert.Equal("free", Taken());
    }

    [Fact]
    public void Unordered_messages_wait_for_nobody()
    {
        Add(9, 0, Whole | DataFlags.Unordered, "u");
        Assert.Equal("u", Taken());
    }

    [Fact]
    public void Fragments_join_in_any_order_of_arrival()
    {
        for (var seed = 1UL; seed <= 300; seed++)
        {
            var random = new SplitMix(seed);
            foreach (var index in Enumerable.Range(0, 12).OrderBy(_ => random.Next()))
            {
                // Three messages of four fragments each.
                var flags = (index % 4) switch
                {
                    0 => DataFlags.Begin,
                    3 => DataFlags.End,
                    _ => DataFlags.None,
                };
                var unordered = seed % 2 == 0 ? DataFlags.Unordered : DataFlags.None;
                Add(
                    (uint)(index + ((int)seed * 12)),
                    (ushort)((index / 4) + (((int)seed - 1) / 2 * 3)),
                    flags | unordered,
                    $"{(char)('a' + index)}",
                    stream: (ushort)(seed % 2));
            }

            var taken = Taken().Split(' ').Order().ToArray();
            Assert.True(taken is ["abcd", "efgh", "ijkl"], $"seed {seed}: {string.Join(' ', taken)}");
            Assert.Equal(0, _reassembly.HeldBytes);
        }
    }

    [Fact]
    public void Fragments_of_different_messages_never_join()
    {
        Add(1, 0, DataFlags.Begin, "a");
        Add(2, 1, DataFlags.End, "b");
        Add(3, 0, DataFlags.End, "c", stream: 5);
        Assert.Equal("", Taken());
    }

    [Fact]
    public void A_message_that_is_too_long_is_refused()
    {
        Assert.True(Add(1, 0, DataFlags.Begin, new string('x', 60)));
        Assert.False(Add(2, 0, DataFlags.None, new string('x', 60)));
    }

    [Fact]
    public void Forwarding_drops_parts_and_goes_on_behind_them()
    {
        Add(1, 0, DataFlags.Begin, "part");
        Add(3, 1, Whole, "next");
        Assert.Equal("", Taken());
        _reassembly.ForwardTo(new Tsn(2));
        _reassembly.Skip(new StreamId(0), new Ssn(0));
        Assert.Equal("next", Taken());
        Assert.Equal(0, _reassembly.HeldBytes);
    }

    [Fact]
    public void Forwarding_by_one_does_not_look_at_all_that_is_held()
    {
        _reassembly.ForwardTo(new Tsn(1));
        for (var tsn = 3u; tsn < 103; tsn++) Add(tsn, 0, DataFlags.Begin, "a");
        Add(104, 0, DataFlags.None, "b", stream: 1);
        var before = _reassembly.Looked;
        _reassembly.ForwardTo(new Tsn(3));
        Assert.Equal(100, _reassembly.HeldChunks);
        Assert.InRange(_reassembly.Looked - before, 1, 3);

        // What continues is given up with what came before it, whether the numbers or the parts are looked at.
        for (var tsn = 300u; tsn < 305; tsn++) Add(tsn, 0, DataFlags.Begin, "c", stream: 2);
        Add(306, 0, DataFlags.None, "d", stream: 2);
        _reassembly.ForwardTo(new Tsn(103));
        Assert.Equal(6, _reassembly.HeldChunks);
        _reassembly.ForwardTo(new Tsn(305));
        Assert.Equal(0, _reassembly.HeldChunks);
    }

    [Fact]
    public void Forwarding_delivers_what_had_arrived_before_the_skipped_message()
    {
        Add(2, 1, Whole, "b");
        Add(4, 3, Whole, "d");
        _reassembly.Skip(new StreamId(0), new Ssn(2));
        Assert.Equal("b d", Taken());
    }

    [Fact]
    public void A_reset_stream_starts_again_from_zero()
    {
        Add(1, 0, Whole, "old");
        _reassembly.Reset(new StreamId(0));
        Add(2, 0, Whole, "new");
        Assert.Equal("old new", Taken());
    }

    [Fact]
    public void Sequence_numbers_wrap()
    {
        _reassembly.Skip(new StreamId(0), new Ssn(32_000));
        _reassembly.Skip(new StreamId(0), new Ssn(64_000));
        _reassembly.Skip(new StreamId(0), new Ssn(65_534));
        Add(2, 0, Whole, "b");
        Add(1, 65_535, Whole, "a");
        Assert.Equal("a b", Taken());
    }

    private bool Add(uint tsn, ushort ssn, DataFlags flags, string text, ushort stream = 0) =>
        _reassembly.Add(new DataChunk
        {
            Tsn = new Tsn(tsn),
            Ssn = new Ssn(ssn),
            Stream = new StreamId(stream),
            Flags = flags,
            PayloadProtocol = 51,
            Payload = Encoding.UTF8.GetBytes(text),
        });

    private string Taken()
    {
        var messages = new List<string>();
        while (_reassembly.TryTake(out var run))
        {
            var message = new byte[run!.Length];
            run.CopyTo(message);
            messages.Add(Encoding.UTF8.GetString(message));
            _reassembly.Release(run);
        }

        return string.Join(' ', messages);
    }
}
