using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Chunks;
using Xunit;

namespace QuicPair.Rtc.Tests.Sctp;

public sealed class ChunkTests
{
    private const string Data = "00030014000004D2000A0003000000353132330A";
    private const string Init = "01000020 11223344 00500000 FFFF FFFF 0000ABCD C0000004 80080006 82C00000";
    private const string Sack = "0300001C 00000064 00500000 0002 0001 0002 0003 0005 0009 00000060";
    private const string Forward = "C0000010 000000C8 0001 0007 0003 0002";

    [Fact]
    public void Data_is_read_as_the_rfc_draws_it()
    {
        Assert.True(DataChunk.TryParse(Bytes(Data), out var data));
        Assert.Equal(new Tsn(1234), data.Tsn);
        Assert.Equal(new StreamId(10), data.Stream);
        Assert.Equal(new Ssn(3), data.Ssn);
        Assert.Equal(53u, data.PayloadProtocol);
        Assert.Equal(DataFlags.Begin | DataFlags.End, data.Flags);
        Assert.Equal("123\n"u8, data.Payload);
    }

    [Fact]
    public void Data_is_written_as_it_is_read()
    {
        Assert.True(DataChunk.TryParse(Bytes(Data), out var data));
        var written = new byte[data.Length];
        data.Write(written);
        Assert.Equal(Bytes(Data), written);
    }

    [Fact]
    public void Init_is_read_as_the_rfc_draws_it()
    {
        Assert.True(InitChunk.TryParse(Bytes(Init), out var init));
        Assert.False(init.IsAck);
        Assert.Equal(0x1122_3344u, init.InitiateTag);
        Assert.Equal(5u * 1024 * 1024, init.ReceiveWindow);
        Assert.Equal(ushort.MaxValue, init.OutboundStreams);
        Assert.Equal(ushort.MaxValue, init.InboundStreams);
        Assert.Equal(new Tsn(0xABCD), init.InitialTsn);
        Assert.Equal(12, init.Parameters.Length);
    }

    [Fact]
    public void Init_is_written_as_it_is_read()
    {
        Assert.True(InitChunk.TryParse(Bytes(Init), out var init));
        var written = new byte[init.Length];
        init.Write(written);
        Assert.Equal(Bytes(Init), written);
    }

    [Theory]
    [InlineData("01000014 00000000 00500000 FFFF FFFF 0000ABCD")]
    [InlineData("01000014 11223344 00500000 0000 FFFF 0000ABCD")]
    [InlineData("01000014 11223344 00500000 FFFF 0000 0000ABCD")]
    public void Init_with_a_zero_where_none_may_be_is_refused(string hex) =>
        Assert.False(InitChunk.TryParse(Bytes(hex), out _));

    [Fact]
    public void Sack_is_read_as_the_rfc_draws_it()
    {
        Assert.True(SackChunk.TryParse(Bytes(Sack), out var sack));
        Assert.Equal(new Tsn(100), sack.CumulativeTsnAck);
        Assert.Equal(5u * 1024 * 1024, sack.ReceiveWindow);
        Assert.Equal(2, sack.GapCount);
        Assert.Equal(new GapAckBlock(2, 3), sack.Gap(0));
        Assert.Equal(new GapAckBlock(5, 9), sack.Gap(1));
        Assert.Equal(1, sack.DuplicateCount);
        Assert.Equal(new Tsn(96), sack.Duplicate(0));
    }

    [Fact]
    public void Sack_is_written_as_it_is_read()
    {
        Assert.True(SackChunk.TryParse(Bytes(Sack), out var sack));
        var written = new byte[sack.Length];
        sack.Write(written);
        Assert.Equal(Bytes(Sack), written);
    }

    [Theory]
    [InlineData("03000014 00000064 00500000 0001 0000 0003 0002")]
    [InlineData("03000014 00000064 00500000 0001 0000 0000 0002")]
    [InlineData("03000018 00000064 00500000 0002 0000 0005 0009 0007 000A")]
    [InlineData("03000018 00000064 00500000 0002 0000 0005 0009 0002 0003")]
    [InlineData("03000010 00000064 00500000 FFFF FFFF")]
    [InlineData("03000014 00000064 00500000 0000 0000 00000000")]
    public void Sack_with_counts_or_blocks_that_contradict_themselves_is_refused(string hex) =>
        Assert.False(SackChunk.TryParse(Bytes(hex), out _));

    [Fact]
    public void Forward_tsn_is_read_as_the_rfc_draws_it_and_written_as_it_is_read()
    {
        Assert.True(ForwardTsnChunk.TryParse(Bytes(Forward), out var forward));
        Assert.Equal(new Tsn(200), forward.NewCumulativeTsn);
        Assert.Equal(2, forward.SkippedCount);
        Assert.Equal(new StreamId(1), forward.SkippedStream(0));
        Assert.Equal(new Ssn(7), forward.SkippedSsn(0));
        Assert.Equal(new StreamId(3), forward.SkippedStream(1));
        var written = new byte[forward.Length];
        forward.Write(written);
        Assert.Equal(Bytes(Forward), written);
    }

    [Fact]
    public void Shutdown_is_read_as_the_rfc_draws_it_and_written_as_it_is_read()
    {
        var bytes = Bytes("07000008 000004D2");
        Assert.True(ShutdownChunk.TryParse(bytes, out var shutdown));
        Assert.Equal(new Tsn(1234), shutdown.CumulativeTsnAck);
        var written = new byte[ShutdownChunk.Length];
        shutdown.Write(written);
        Assert.Equal(bytes, written);
    }

    [Fact]
    public void Opaque_chunks_keep_their_value()
    {
        var bytes = Bytes("0401000C 00010008 DEADBEEF");
        Assert.True(OpaqueChunk.TryParse(bytes, out var heartbeat));
        Assert.Equal(ChunkType.Heartbeat, heartbeat.Type);
        Assert.Equal(1, heartbeat.Flags);
        var written = new byte[heartbeat.Length];
        heartbeat.Write(written);
        Assert.Equal(bytes, written);
    }

    [Fact]
    public void The_reader_walks_over_padding_and_stops_at_nonsense()
    {
        var reader = new ChunkReader(Bytes("00030011000000010000000000000033 41 000000 0B000004 FF000001"));
        Assert.True(reader.TryRead(out var type, out var chunk));
        Assert.Equal(ChunkType.Data, type);
        Assert.Equal(17, chunk.Length);
        Assert.True(reader.TryRead(out type, out _));
        Assert.Equal(ChunkType.CookieAck, type);
        Assert.True(reader.HasMore);
        Assert.False(reader.TryRead(out _, out _));
    }

    [Fact]
    public void The_checksum_is_the_one_of_the_rfc()
    {
        Assert.Equal(0x8A91_36AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0xE306_9283u, Crc32C.Of("123456789"u8));
    }

    [Fact]
    public void A_packet_with_a_wrong_checksum_is_refused()
    {
        var packet = new byte[40];
        var writer = new PacketWriter(packet);
        writer.TryWriteEmpty(ChunkType.CookieAck);
        var length = writer.Finish(new CommonHeader(5000, 5001, 7));
        Assert.True(CommonHeader.TryParse(packet.AsSpan(0, length), out var header));
        Assert.Equal(new CommonHeader(5000, 5001, 7), header);
        for (var bit = 0; bit < length * 8; bit++)
        {
            packet[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(CommonHeader.TryParse(packet.AsSpan(0, length), out _));
            packet[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    private static byte[] Bytes(string hex) =>
        Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
