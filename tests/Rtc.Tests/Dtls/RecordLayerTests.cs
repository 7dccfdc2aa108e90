using QuicPair.Rtc.Dtls;
using Xunit;

namespace QuicPair.Rtc.Tests.Dtls;

public sealed class RecordLayerTests : IDisposable
{
    private readonly RecordLayer _sender = new(Keys(1, 2));
    private readonly RecordLayer _receiver = new(Keys(2, 1));
    private readonly byte[] _buffer = new byte[2_048];

    [Fact]
    public void Opens_what_the_other_side_seals()
    {
        var record = Seal("hello"u8);

        Assert.Equal([23, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 0], record[..11]);
        Assert.Equal(record[3..11], record[13..21]);
        Assert.True(TryOpen(record, out var plaintext));
        Assert.Equal("hello"u8.ToArray(), plaintext);
    }

    [Fact]
    public void Seals_in_place()
    {
        var reference = Seal("hello"u8);
        using var again = new RecordLayer(Keys(1, 2));
        "hello"u8.CopyTo(_buffer.AsSpan(RecordLayer.PlaintextOffset));

        var length = again.Seal(
            ContentType.ApplicationData, _buffer.AsSpan(RecordLayer.PlaintextOffset, 5), _buffer);

        Assert.Equal(reference, _buffer[..length]);
    }

    [Fact]
    public void Uses_no_number_twice_when_all_are_used()
    {
        using var old = new RecordLayer(Keys(1, 2), firstSequence: (1UL << 48) - 1);

        Assert.NotEqual(0, old.Seal(ContentType.ApplicationData, "last"u8, _buffer));
        Assert.True(old.IsExhausted);
        Assert.Equal(0, old.Seal(ContentType.Alert, [1, 0], _buffer));
    }

    [Fact]
    public void Refuses_a_record_that_it_has_seen()
    {
        var record = Seal("once"u8);

        Assert.True(TryOpen([.. record], out _));
        Assert.False(TryOpen([.. record], out _));
    }

    [Fact]
    public void Refuses_every_flipped_bit()
    {
        var record = Seal("attack at dawn"u8);
        for (var bit = 0; bit < record.Length * 8; bit++)
        {
            byte[] flipped = [.. record];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(TryOpen(flipped, out _));
        }

        Assert.True(TryOpen(record, out _));
    }

    [Fact]
    public void Refuses_every_truncation()
    {
        var record = Seal("attack at dawn"u8);
        for (var length = 0; length < record.Length; length++) Assert.False(TryOpen(record[..length], out _));
    }

    [Fact]
    public void Keys_that_it_has_taken_over_are_erased_and_salts_at_its_end()
    {
        var keys = Keys(1, 2);
        var layer = new RecordLayer(keys);
        Assert.Equal(new byte[16], keys.WriteKey);
        Assert.Equal(new byte[16], keys.ReadKey);
        Assert.Equal([1, 0, 0, 0], keys.WriteSalt);

        layer.Dispose();
        Assert.Equal(new byte[DtlsKeys.SaltLength], keys.WriteSalt);
        Assert.Equal(new byte[DtlsKeys.SaltLength], keys.ReadSalt);
    }

    [Fact]
    public void Allocates_nothing_for_a_packet()
    {
        var plaintext = new byte[1_150];
        PassOne(plaintext);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var packet = 0; packet < 1_000; packet++) PassOne(plaintext);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_flood_of_forged_records_throws_once_and_what_is_authentic_still_opens()
    {
        var (thread, thrown) = (Environment.CurrentManagedThreadId, 0);
        void Count(object? sender, System.Runtime.ExceptionServices.FirstChanceExceptionEventArgs first) =>
            thrown += Environment.CurrentManagedThreadId == thread ? 1 : 0;
        AppDomain.CurrentDomain.FirstChanceException += Count;
        try
        {
            for (var round = 0; round < 10_000; round++)
            {
                var record = Seal("what is said"u8);
                byte[] forged = [.. record];
                forged[RecordLayer.PlaintextOffset + (round % 28)] ^= 1;
                byte[] before = [.. forged];
                Assert.False(TryOpen(forged, out _));
                Assert.True(round == 0 || before.AsSpan().SequenceEqual(forged), "no plaintext is left of it");
                Assert.True(TryOpen(record, out var plaintext));
                Assert.Equal("what is said"u8, plaintext);
            }
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= Count;
        }

        Assert.Equal(1, thrown);
    }

    [Fact]
    public void Allocates_nothing_for_a_forged_record()
    {
        var record = Seal(new byte[1_150]);
        record[^1] ^= 1;
        Assert.True(RecordHeader.TryParse(record, out var header));
        Assert.False(_receiver.TryOpen(header, record, out _));
        Assert.False(_receiver.TryOpen(header, record, out _));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var packet = 0; packet < 1_000; packet++) Assert.False(_receiver.TryOpen(header, record, out _));

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
    }

    private static DtlsKeys Keys(byte write, byte read) => new()
    {
        WriteKey = [.. Enumerable.Repeat(write, 16)],
        WriteSalt = [write, 0, 0, 0],
        ReadKey = [.. Enumerable.Repeat(read, 16)],
        ReadSalt = [read, 0, 0, 0],
    };

    private void PassOne(ReadOnlySpan<byte> plaintext)
    {
        var length = _sender.Seal(ContentType.ApplicationData, plaintext, _buffer);
        Assert.True(RecordHeader.TryParse(_buffer.AsSpan(0, length), out var header));
        Assert.True(_receiver.TryOpen(header, _buffer.AsSpan(0, length), out _));
    }

    private byte[] Seal(ReadOnlySpan<byte> plaintext) =>
        _buffer[.._sender.Seal(ContentType.ApplicationData, plaintext, _buffer)];

    private bool TryOpen(byte[] record, out byte[] plaintext)
    {
        plaintext = [];
        if (!RecordHeader.TryParse(record, out var header)) return false;
        if (!_receiver.TryOpen(header, record.AsSpan(0, header.RecordLength), out var opened)) return false;
        plaintext = opened.ToArray();
        return true;
    }
}
