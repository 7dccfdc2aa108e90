using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Chunks;
using Xunit;

namespace QuicPair.Rtc.Tests.Simulation;

/// <summary>Looks into packets on a link, and makes packets that no honest peer would send.</summary>
internal static class SctpPacket
{
    /// <summary>The types of the chunks in <paramref name="packet"/>.</summary>
    public static List<ChunkType> Types(ReadOnlyMemory<byte> packet)
    {
        var types = new List<ChunkType>();
        var reader = new ChunkReader(packet.Span[CommonHeader.Length..]);
        while (reader.TryRead(out var type, out _))
        {
            types.Add(type);
        }

        return types;
    }

    public static bool Has(ReadOnlyMemory<byte> packet, ChunkType type) => Types(packet).Contains(type);

    /// <summary>
    /// Drops the first <paramref name="count"/> packets that carry <paramref name="type"/>.
    /// </summary>
    public static Func<ReadOnlyMemory<byte>, bool> DropFirst(ChunkType type, int count = 1)
    {
        var left = count;
        return packet => Has(packet, type) && left-- > 0;
    }

    /// <summary>A packet with chunks written in hex and the right checksum.</summary>
    public static byte[] Create(uint tag, params ReadOnlySpan<string> chunks)
    {
        var packet = new byte[2048];
        var writer = new PacketWriter(packet);
        foreach (var hex in chunks)
        {
            var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
            Assert.True(writer.TryReserve(bytes.Length, out var chunk));
            bytes.CopyTo(chunk);
        }

        var length = writer.Finish(new CommonHeader(5000, 5000, tag));
        return packet[..length];
    }

    public static string Hex(this uint number) => number.ToString("X8", null);

    public static string Hex(this Tsn tsn) => tsn.Value.Hex();
}
