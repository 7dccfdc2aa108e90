using System.Buffers.Binary;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Sctp.Parameters;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Sctp;

/// <summary>Packets without a checksum (RFC 9653): each direction by itself.</summary>
public sealed class ZeroChecksumTests
{
    [Fact]
    public void Between_two_of_us_only_the_handshake_has_checksums()
    {
        var pair = ChannelPair.Create();
        var (with, without) = (new List<ChunkType>(), new List<ChunkType>());
        pair.ToRight.Drop = Sort;
        pair.ToLeft.Drop = Sort;
        pair.Connect();
        var id = pair.Open();
        pair.Send(pair.Left, id, new byte[5000]);
        pair.RunUntil(() => pair.Right.Messages.Count == 1, ChannelPair.Soon, "message");
        Assert.All(with, type => Assert.True(
            type is ChunkType.Init or ChunkType.InitAck or ChunkType.CookieEcho, $"{type}"));
        Assert.Contains(ChunkType.Data, without);
        Assert.Contains(ChunkType.Sack, without);
        Assert.DoesNotContain(ChunkType.Init, without);
        Assert.DoesNotContain(ChunkType.CookieEcho, without);

        bool Sort(ReadOnlyMemory<byte> packet)
        {
            (Checksum(packet.Span) == 0 ? without : with).Add(SctpPacket.Types(packet)[0]);
            return false;
        }
    }

    [Fact]
    public void A_peer_that_did_not_ask_for_zeros_gets_checksums_but_may_send_zeros()
    {
        var pair = ChannelPair.Create();
        var peer = new SctpInit(0x1234, new Tsn(1), 1 << 20, new PeerCapabilities(true, true, false));
        pair.Left.Channels.Association.Establish(pair.Now, peer, roundTrip: null);
        Assert.True(pair.Left.Channels.TryOpen(pair.Now, new(), out _));
        Span<byte> packet = stackalloc byte[1191];
        Assert.True(pair.Left.Channels.TryTransmit(pair.Now, packet, out var length));
        Assert.Equal(Crc32C.OfPacket(packet[..length]), Checksum(packet));

        var heartbeat = SctpPacket.Create(pair.Left.Channels.Association.LocalTag, "04000008 00010004");
        heartbeat.AsSpan(8, 4).Clear();
        pair.Left.HandleDatagram(pair.Now, heartbeat);
        Assert.Equal(1, pair.Left.Channels.Statistics.PacketsReceived);
    }

    [Theory]
    [InlineData("01000014 00000001 00010000 00010001 00000001")]
    [InlineData("0A000008 00000000")]
    public void Zero_is_no_checksum_for_init_and_cookie_echo(string chunk)
    {
        var packet = SctpPacket.Create(0, chunk);
        Assert.True(CommonHeader.TryParse(packet, out _));
        packet.AsSpan(8, 4).Clear();
        Assert.False(CommonHeader.TryParse(packet, out _));
    }

    [Fact]
    public void Another_method_of_detecting_errors_is_not_ours()
    {
        byte[] parameter = [0x80, 0x01, 0x00, 0x08, 0x00, 0x00, 0x00, 0x02];
        Assert.True(PeerCapabilities.TryParse(parameter, out var capabilities, out _, [], out _));
        Assert.False(capabilities.ZeroChecksum);
    }

    private static uint Checksum(ReadOnlySpan<byte> packet) =>
        BinaryPrimitives.ReadUInt32LittleEndian(packet[8..]);
}
