using System.Security.Cryptography;

namespace QuicPair.Noise.Tests;

public sealed class TransportStateTests
{
    [Fact]
    public void Writes_and_reads_without_allocating()
    {
        using var pair = new PairOfEnds();
        var (sender, receiver) = pair.Finish();
        var message = new byte[1024 + TransportState.TagLength];
        var payload = new byte[1024];
        Exchange(sender, receiver, payload, message, 100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(sender, receiver, payload, message, 1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        sender.Dispose();
        receiver.Dispose();
    }

    [Fact]
    public void Encrypts_in_place()
    {
        using var pair = new PairOfEnds();
        var (sender, receiver) = pair.Finish();
        var buffer = new byte[5 + TransportState.TagLength];
        "hello"u8.CopyTo(buffer);
        Assert.Equal(buffer.Length, sender.WriteMessage(buffer.AsSpan(0, 5), buffer));
        Assert.True(receiver.TryReadMessage(buffer, buffer, out var length));
        Assert.Equal("hello"u8, buffer.AsSpan(0, length));
        sender.Dispose();
        receiver.Dispose();
    }

    [Fact]
    public void Rekeying_changes_the_key_of_one_direction_and_keeps_the_nonce()
    {
        using var pair = new PairOfEnds();
        var (sender, receiver) = pair.Finish();
        var message = new byte[16 + TransportState.TagLength];
        Exchange(sender, receiver, new byte[16], message, 3);
        sender.RekeySending();
        receiver.RekeyReceiving();
        Exchange(sender, receiver, new byte[16], message, 3);
        Exchange(receiver, sender, new byte[16], message, 3);
        sender.RekeySending();
        sender.WriteMessage(new byte[16], message);
        Assert.False(receiver.TryReadMessage(message, new byte[16], out _));
        sender.Dispose();
    }

    [Fact]
    public void The_rekeyed_key_is_the_one_of_the_specification()
    {
        var key = PairOfEnds.Bytes("rekey");
        using var state = new CipherState();
        state.InitializeKey(key);
        state.Rekey();
        var sealedText = new byte[4 + CipherState.TagLength];
        state.EncryptWithAd([], new byte[4], sealedText);

        var next = new byte[32];
        var nonce = new byte[12];
        nonce.AsSpan(4).Fill(0xFF);
        using (var cipher = new ChaCha20Poly1305(key))
        {
            cipher.Encrypt(nonce, new byte[32], next, new byte[16]);
        }

        var expected = new byte[4];
        var tag = new byte[16];
        using var rekeyed = new ChaCha20Poly1305(next);
        rekeyed.Encrypt(new byte[12], new byte[4], expected, tag);
        Assert.Equal([.. expected, .. tag], sealedText);
    }

    [Fact]
    public void Refuses_a_message_out_of_order_and_everything_after_it()
    {
        using var pair = new PairOfEnds();
        var (sender, receiver) = pair.Finish();
        var (first, second) = (new byte[17], new byte[17]);
        sender.WriteMessage(new byte[1], first);
        sender.WriteMessage(new byte[1], second);
        Assert.False(receiver.TryReadMessage(second, new byte[17], out _));
        Assert.False(receiver.TryReadMessage(first, new byte[17], out _));
        Assert.Throws<ObjectDisposedException>(() => receiver.WriteMessage([], new byte[16]));
        sender.Dispose();
    }

    [Fact]
    public void A_disposed_transport_does_nothing_more()
    {
        using var pair = new PairOfEnds();
        var (sender, receiver) = pair.Finish();
        sender.Dispose();
        receiver.Dispose();
        Assert.Throws<ObjectDisposedException>(() => sender.WriteMessage([], new byte[16]));
        Assert.Throws<ObjectDisposedException>(sender.RekeySending);
        Assert.Throws<ObjectDisposedException>(receiver.RekeyReceiving);
        Assert.False(receiver.TryReadMessage(new byte[16], new byte[16], out _));
    }

    private static void Exchange(
        TransportState sender, TransportState receiver, byte[] payload, byte[] message, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var length = sender.WriteMessage(payload, message);
            Assert.True(receiver.TryReadMessage(message.AsSpan(0, length), payload, out _));
        }
    }
}
