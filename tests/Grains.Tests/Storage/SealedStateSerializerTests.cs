using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using QuicPair.Cluster.Storage;
using QuicPair.Grains.Pairings;
using QuicPair.Silo.Tests.Phones;
using Xunit;

namespace QuicPair.Grains.Tests.Storage;

public sealed class SealedStateSerializerTests
{
    private static readonly PairingRecord Record =
        new() { Key = "key", Name = "planted name", LastSeen = Sample.Epoch };

    [Fact]
    public void Opens_what_it_sealed()
    {
        var serializer = new SealedStateSerializer(Key(1));
        Assert.Equal(Record, serializer.Deserialize<PairingRecord>(serializer.Serialize(Record)));
    }

    [Fact]
    public void Two_seals_of_one_record_differ_and_show_nothing_of_it()
    {
        var serializer = new SealedStateSerializer(Key(1));
        var first = serializer.Serialize(Record).ToArray();
        var second = serializer.Serialize(Record).ToArray();
        Assert.NotEqual(first, second);
        Assert.Equal(-1, first.AsSpan().IndexOf("planted"u8));
        Assert.DoesNotContain("planted", Encoding.Latin1.GetString(first), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_flipped_bit_and_every_cut_is_refused()
    {
        var serializer = new SealedStateSerializer(Key(1));
        var box = serializer.Serialize(Record).ToArray();
        for (var bit = 0; bit < box.Length * 8; bit++)
        {
            var changed = box.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<SealedStateException>(() => serializer.Deserialize<PairingRecord>(new(changed)));
        }

        for (var length = 0; length < box.Length; length++)
        {
            Assert.Throws<SealedStateException>(
                () => serializer.Deserialize<PairingRecord>(new(box.AsMemory(0, length))));
        }
    }

    [Fact]
    public void Another_key_is_refused_and_an_older_one_still_opens()
    {
        var (old, young) = (Key(1), Key(2));
        var box = new SealedStateSerializer(old).Serialize(Record);
        foreach (var wrong in new[] { young, Key(1) })
        {
            var serializer = new SealedStateSerializer(wrong);
            Assert.Throws<SealedStateException>(() => serializer.Deserialize<PairingRecord>(box));
        }

        Assert.Equal(Record, new SealedStateSerializer(young, old).Deserialize<PairingRecord>(box));
    }

    [Fact]
    public void What_cannot_be_opened_counts_as_none_and_is_told_once_without_its_content()
    {
        var log = new HeardLog<ForgivingStateSerializer>();
        var serializer = new ForgivingStateSerializer(new SealedStateSerializer(Key(1)), log);
        var lost = new SealedStateSerializer(Key(1)).Serialize(Record);

        Assert.Null(serializer.Deserialize<PairingRecord>(lost));
        Assert.Null(serializer.Deserialize<PairingRecord>(lost));

        var (level, text) = Assert.Single(log.Entries);
        Assert.Equal(LogLevel.Warning, level);
        Assert.StartsWith("Stored state", text, StringComparison.Ordinal);
        Assert.Equal(Record, serializer.Deserialize<PairingRecord>(serializer.Serialize(Record)));
        var shapeless = serializer.Serialize("no record");
        Assert.Throws<SealedStateException>(() => serializer.Deserialize<PairingRecord>(shapeless));
    }

    private static StateKey Key(byte id) => new(id, RandomNumberGenerator.GetBytes(StateKey.Length));
}
