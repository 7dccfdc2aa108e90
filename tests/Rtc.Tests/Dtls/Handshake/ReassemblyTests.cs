using QuicPair.Rtc.Dtls.Handshake;
using QuicPair.Rtc.Dtls.Messages;
using Xunit;

namespace QuicPair.Rtc.Tests.Dtls.Handshake;

public sealed class ReassemblyTests
{
    private static readonly byte[] Body = [.. Enumerable.Range(0, 1_400).Select(each => (byte)each)];

    private readonly Reassembly _incoming = new();

    [Theory]
    [InlineData(1, 0)]
    [InlineData(700, 0)]
    [InlineData(700, 300)]
    public void Fragments_of_any_cut_become_the_message(int size, int overlap)
    {
        for (var offset = Body.Length - 1; offset > 0; offset -= Math.Min(offset, size - overlap))
        {
            Assert.True(Add(HandshakeType.ClientHello, 0, offset, Math.Min(size, Body.Length - offset)));
            Assert.False(_incoming.TryTake(out _));
        }

        Assert.True(Add(HandshakeType.ClientHello, 0, 0, size));
        Assert.True(_incoming.TryTake(out var message));
        Assert.Equal((HandshakeType.ClientHello, 0), (message.Type, message.Sequence));
        Assert.Equal(Body, message.Body);
    }

    [Fact]
    public void Messages_are_taken_in_order()
    {
        Assert.True(Add(HandshakeType.Certificate, 1, 0, Body.Length));
        Assert.False(_incoming.TryTake(out _));
        Assert.True(Add(HandshakeType.ServerHello, 0, 0, Body.Length));

        Assert.True(_incoming.TryTake(out var first));
        Assert.True(_incoming.TryTake(out var second));
        Assert.Equal((HandshakeType.ServerHello, HandshakeType.Certificate), (first.Type, second.Type));
    }

    [Fact]
    public void A_message_without_a_body_is_whole_at_once()
    {
        Assert.True(_incoming.TryAdd(new MessageHeader(HandshakeType.ServerHelloDone, 0, 0, 0, 0), []));
        Assert.True(_incoming.TryTake(out var message));
        Assert.Empty(message.Body);
    }

    [Fact]
    public void What_is_held_is_bounded()
    {
        var header = new MessageHeader(HandshakeType.Certificate, Reassembly.LongestMessage + 1, 0, 0, 1);
        Assert.False(_incoming.TryAdd(header, [1]));

        var longest = header with { MessageLength = Reassembly.LongestMessage };
        var taken = Enumerable.Range(0, 20_000)
            .Count(number => _incoming.TryAdd(longest with { Sequence = (ushort)number }, [1]));
        Assert.Equal(2, taken);
    }

    [Fact]
    public void Fragments_that_contradict_the_first_are_dropped()
    {
        Assert.True(Add(HandshakeType.ServerHello, 0, 0, 10));
        Assert.False(Add(HandshakeType.ClientHello, 0, 10, 10));
        var header = new MessageHeader(HandshakeType.ServerHello, Body.Length + 1, 0, 10, 1);
        Assert.False(_incoming.TryAdd(header, [1]));
    }

    [Fact]
    public void Of_bytes_that_come_twice_the_first_stay()
    {
        var other = new MessageHeader(HandshakeType.ServerHello, Body.Length, 0, 5, 10);
        Assert.True(Add(HandshakeType.ServerHello, 0, 0, 10));
        Assert.True(_incoming.TryAdd(other, new byte[10]));
        Assert.True(Add(HandshakeType.ServerHello, 0, 10, Body.Length - 10));

        Assert.True(_incoming.TryTake(out var message));
        byte[] expected = [.. Body[..10], .. new byte[5], .. Body[15..]];
        Assert.Equal(expected, message.Body);
    }

    private bool Add(HandshakeType type, ushort sequence, int offset, int length) => _incoming.TryAdd(
        new MessageHeader(type, Body.Length, sequence, offset, length), Body.AsSpan(offset, length));
}
