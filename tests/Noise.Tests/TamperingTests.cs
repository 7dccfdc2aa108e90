namespace QuicPair.Noise.Tests;

public sealed class TamperingTests
{
    [Fact]
    public void Refuses_every_flipped_bit_of_the_first_message()
    {
        using var sender = new PairOfEnds();
        var first = sender.WriteFirst();
        foreach (var changed in FlippedBits(first))
        {
            using var receiver = new PairOfEnds();
            Assert.True(IsRefused(receiver.Responder, changed));
        }
    }

    [Fact]
    public void Refuses_every_truncation_of_the_first_message()
    {
        using var sender = new PairOfEnds();
        var first = sender.WriteFirst();
        for (var length = 0; length < first.Length; length++)
        {
            using var receiver = new PairOfEnds();
            Assert.True(IsRefused(receiver.Responder, first[..length]));
        }
    }

    [Fact]
    public void Refuses_every_flipped_bit_of_the_second_message()
    {
        using var sender = new PairOfEnds();
        var second = sender.Answer(sender.WriteFirst());
        foreach (var changed in FlippedBits(second))
        {
            using var receiver = new PairOfEnds();
            receiver.WriteFirst();
            Assert.True(IsRefused(receiver.Initiator, changed));
        }
    }

    [Fact]
    public void Refuses_every_truncation_of_the_second_message()
    {
        using var sender = new PairOfEnds();
        var second = sender.Answer(sender.WriteFirst());
        for (var length = 0; length < second.Length; length++)
        {
            using var receiver = new PairOfEnds();
            receiver.WriteFirst();
            Assert.True(IsRefused(receiver.Initiator, second[..length]));
        }
    }

    [Fact]
    public void Refuses_every_flipped_bit_and_truncation_of_a_transport_message()
    {
        using var sender = new PairOfEnds();
        using var send = sender.Finish().Initiator;
        var message = new byte[100 + TransportState.TagLength];
        send.WriteMessage(new byte[100], message);
        var hostile = FlippedBits(message).Concat(
            Enumerable.Range(0, message.Length).Select(n => message[..n]));
        var count = 0;
        foreach (var changed in hostile)
        {
            using var pair = new PairOfEnds();
            using var receive = pair.Finish().Responder;
            Assert.False(receive.TryReadMessage(changed, new byte[200], out _));
            Assert.False(receive.TryReadMessage(message, new byte[200], out _));
            count++;
        }

        Assert.Equal((message.Length * 8) + message.Length, count);
    }

    [Fact]
    public void Refuses_a_message_that_is_longer_than_it_was_sent()
    {
        using var pair = new PairOfEnds();
        Assert.True(IsRefused(pair.Responder, [.. pair.WriteFirst(), 0]));
    }

    [Fact]
    public void Refuses_a_public_key_that_forces_a_zero_result()
    {
        using var pair = new PairOfEnds();
        var first = pair.WriteFirst();
        first.AsSpan(0, KeyPair.KeyLength).Clear();
        Assert.True(IsRefused(pair.Responder, first));
    }

    // A state that refused once refuses the right message too, and can no longer write.
    private static bool IsRefused(HandshakeState state, byte[] message)
    {
        var refused = !state.TryReadMessage(message, new byte[2000], out var length);
        Assert.Equal(0, length);
        Assert.False(state.TryReadMessage(message, new byte[2000], out _));
        Assert.Throws<ObjectDisposedException>(() => state.WriteMessage([], new byte[2000]));
        return refused;
    }

    private static IEnumerable<byte[]> FlippedBits(byte[] message)
    {
        for (var bit = 0; bit < message.Length * 8; bit++)
        {
            var changed = message.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            yield return changed;
        }
    }
}
