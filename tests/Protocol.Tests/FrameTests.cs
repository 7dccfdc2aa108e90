using System.Text;
using System.Text.Json;
using CsCheck;
using QuicPair.Protocol.Frames;
using QuicPair.Protocol.Handshake;

namespace QuicPair.Protocol.Tests;

public sealed class FrameTests
{
    private static readonly JsonElement Answers = VectorFile.QuicPair("frames");
    private static readonly byte[] Key = Answers.Hex("key");

    [Fact]
    public void Seals_and_opens_the_recorded_frames()
    {
        using var cipher = new ChaChaCipher(Key, Key);
        var (sealer, opener) = (new FrameSealer(cipher), new FrameOpener(cipher));
        var buffer = new byte[ChannelLimits.MaxChannelMessage];
        foreach (var answer in Answers.Each("sealed"))
        {
            Assert.Equal(answer.Number("number"), sealer.Count);
            sealer.Padding = Enum.Parse<PaddingPolicy>(answer.Text("padding"), ignoreCase: true);
            var (kind, isLast) = ((FrameKind)answer.Number("kind"), answer.GetProperty("last").GetBoolean());
            var length = sealer.Seal(kind, isLast, answer.Hex("content"), buffer);
            Assert.Equal(answer.Hex("channelMessage"), buffer[..length]);
            Assert.True(opener.TryOpen(buffer.AsSpan(0, length), buffer, out var frame));
            Assert.Equal((kind, isLast), (frame.Kind, frame.IsLast));
            Assert.Equal(answer.Hex("content"), frame.Content);
            Assert.Equal(answer.Hex("plaintext"), buffer[..(length - 17)]);
        }
    }

    [Fact]
    public void Pads_to_the_recorded_lengths()
    {
        foreach (var answer in Answers.Each("paddedLength"))
        {
            var content = answer.Number("content");
            Assert.Equal(answer.Number("off"), Padding.ChannelMessageLength(PaddingPolicy.Off, content));
            Assert.Equal(answer.Number("pad"), Padding.ChannelMessageLength(PaddingPolicy.Pad, content));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() =>
            Padding.ChannelMessageLength(PaddingPolicy.Off, 16_364));
    }

    [Fact]
    public void Rekeys_before_every_16384th_frame_and_keeps_counting()
    {
        using var cipher = new ChaChaCipher(Key, Key);
        var (sealer, opener) = (new FrameSealer(cipher), new FrameOpener(cipher));
        var expected = Answers.GetProperty("rekey").Each("frames")
            .ToDictionary(answer => (long)answer.Number("number"), answer => answer.Hex("channelMessage"));
        var buffer = new byte[64];
        var found = 0;
        while (sealer.Count <= 32_768)
        {
            var number = sealer.Count;
            var length = sealer.Seal(FrameKind.Ping, isLast: true, [], buffer);
            if (expected.TryGetValue(number, out var message))
            {
                Assert.Equal(message, buffer[..length]);
                found++;
            }

            Assert.True(opener.TryOpen(buffer.AsSpan(0, length), buffer, out _));
        }

        Assert.Equal(6, found);
    }

    [Fact]
    public void Sealing_and_opening_allocate_nothing()
    {
        using var cipher = new ChaChaCipher(Key, Key);
        var (sealer, opener) = (
            new FrameSealer(cipher) { Padding = PaddingPolicy.Pad }, new FrameOpener(cipher));
        var (message, plaintext) = (new byte[16_384], new byte[16_384]);
        Exchange(sealer, opener, message, plaintext, 100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(sealer, opener, message, plaintext, 1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Refuses_plaintexts_that_break_a_rule()
    {
        foreach (var answer in Answers.Each("refusedPlaintexts"))
        {
            Assert.False(Frame.TryParse(answer.Hex("plaintext"), out _), answer.Text("name"));
        }
    }

    [Fact]
    public void Refuses_every_flipped_bit_and_truncation_of_a_frame()
    {
        var message = Answers.Each("sealed")[0].Hex("channelMessage");
        for (var bit = 0; bit < message.Length * 8; bit++)
        {
            var changed = message.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(Opens(changed));
            Assert.False(Opens(message[..(bit / 8)]));
        }

        Assert.True(Opens(message));
        Assert.False(Opens(new byte[ChannelLimits.MaxChannelMessage + 1]));
    }

    [Fact]
    public void Any_bytes_parse_to_a_frame_or_to_nothing() =>
        Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            if (!Frame.TryParse(bytes, out var frame))
            {
                return true;
            }

            var again = new byte[bytes.Length];
            Frame.Write(frame.Kind, frame.IsLast, frame.Content, again);
            return again.AsSpan().SequenceEqual(bytes);
        });

    [Fact]
    public void Assembles_the_recorded_sequences()
    {
        foreach (var answer in Answers.Each("assembly"))
        {
            var limit = answer.TryGetProperty("limit", out var value) ? value.GetInt32() : 1000;
            var assembler = new FrameAssembler(limit, TimeSpan.FromSeconds(30));
            var (messages, refused) = (new List<string>(), false);
            foreach (
                var bytes in answer.Each("frames").Select(frame => Convert.FromHexString(frame.GetString()!)))
            {
                Assert.True(Frame.TryParse(bytes, out var frame));
                if (frame.Kind == FrameKind.Part && !refused)
                {
                    refused = !assembler.TryAdd(TimeSpan.Zero, frame, out var message);
                    messages.AddRange(message is null ? [] : [Encoding.UTF8.GetString(message)]);
                }
            }

            Assert.Equal(
                answer.GetProperty("messages").EnumerateArray().Select(m => m.GetString()!), messages);
            Assert.Equal(answer.TryGetProperty("closes", out _), refused);
        }
    }

    private static bool Opens(byte[] message)
    {
        using var cipher = new ChaChaCipher(Key, Key);
        return new FrameOpener(cipher).TryOpen(message, new byte[16_384], out _);
    }

    private static void Exchange(
        FrameSealer sealer, FrameOpener opener, byte[] message, byte[] plaintext, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var length = sealer.Seal(FrameKind.Part, true, "hello"u8, message);
            Assert.True(opener.TryOpen(message.AsSpan(0, length), plaintext, out _));
        }
    }
}
