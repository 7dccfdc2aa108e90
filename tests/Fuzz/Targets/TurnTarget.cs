using System.Buffers.Binary;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Turn;
using QuicPair.Rtc.Wire;

namespace QuicPair.Fuzz.Targets;

/// <summary>A TURN client whose server says what it likes: messages, each behind its length in two bytes.</summary>
internal static class TurnTarget
{
    private static readonly byte[] Data = [20, 1, 2, 3];

    public static void Run(ReadOnlySpan<byte> input)
    {
        _ = ChannelData.TryParse(input, out _, out _);
        _ = DataIndication.TryParse(input, out _, out _);
        var now = Instant.Start + TimeSpan.FromHours(1);
        var client = new TurnClient(new TurnCredentials("user", "word"), isStream: false, new FixedEntropy(7));
        _ = TransportAddress.TryParse("192.0.2.7", 6000, out var peer);
        client.Start(now);
        var packet = new byte[2048];
        while (input.Length >= sizeof(ushort))
        {
            Drain(client, now, packet);
            var length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(input) % 1500, input.Length - sizeof(ushort));
            _ = client.TryReceive(now, input.Slice(sizeof(ushort), length), out _, out _);
            input = input[(sizeof(ushort) + length)..];
            _ = client.Wrap(now, peer, Data, packet);
            now += TimeSpan.FromMilliseconds(300);
            if (client.NextTimeout <= now) client.HandleTimeout(now);
        }
    }

    private static void Drain(TurnClient client, Instant now, Span<byte> packet)
    {
        for (var count = 0; client.TryTransmit(now, packet, out _); count++)
        {
            if (count > 64) throw new InvalidDataException("Requests without end.");
        }
    }
}
