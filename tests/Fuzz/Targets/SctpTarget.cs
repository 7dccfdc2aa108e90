using System.Buffers.Binary;
using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;

namespace QuicPair.Fuzz.Targets;

/// <summary>
/// A living association against a peer that writes its packets by hand. The input is packets without their header, each
/// behind its length in two bytes; tag and checksum are put right, so that every chunk is read.
/// </summary>
internal static class SctpTarget
{
    private const int AnswersMax = 4096;
    private const int HeldBytesMax = (5 * 1024 * 1024) + (256 * 1024);

    public static void Run(ReadOnlySpan<byte> input)
    {
        var now = Instant.Start + TimeSpan.FromHours(1);
        var victim = Connected(now);
        var packet = new byte[2048];
        while (input.Length >= sizeof(ushort))
        {
            var length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(input) % 1500, input.Length - sizeof(ushort));
            input.Slice(sizeof(ushort), length).CopyTo(packet.AsSpan(CommonHeader.Length));
            input = input[(sizeof(ushort) + length)..];
            var whole = packet.AsSpan(0, CommonHeader.Length + length);
            new CommonHeader(5000, 5000, victim.Association.LocalTag).Write(whole);
            victim.HandleDatagram(now, whole);
            Drain(victim, now);
            now += TimeSpan.FromMilliseconds(7);
            if (victim.NextTimeout <= now) victim.HandleTimeout(now);
        }

        Drain(victim, now);
        if (victim.Association.State.Control is { } control && control.Reassembly.HeldBytes > HeldBytesMax)
        {
            throw new InvalidDataException("More is held than the window allows.");
        }
    }

    private static DataChannels Connected(Instant now)
    {
        var victim = new DataChannels(new SctpOptions(), new FixedEntropy(1), isDtlsClient: true);
        var other = new DataChannels(new SctpOptions(), new FixedEntropy(2), isDtlsClient: false);
        victim.Connect(now);
        _ = victim.TryOpen(now, new ChannelParameters { Label = "llm" }, out var channel);
        Exchange(victim, other, now);
        _ = victim.Send(now, channel, new byte[3000]);
        Drain(victim, now);
        return victim;
    }

    private static void Exchange(DataChannels left, DataChannels right, Instant now)
    {
        var packet = new byte[2048];
        for (var round = 0; round < 6; round++)
        {
            while (left.TryTransmit(now, packet, out var length)) right.HandleDatagram(now, packet.AsSpan(0, length));
            while (right.TryTransmit(now, packet, out var length)) left.HandleDatagram(now, packet.AsSpan(0, length));
            while (left.TryTake(out _) || right.TryTake(out _))
            {
            }
        }
    }

    private static void Drain(DataChannels victim, Instant now)
    {
        while (victim.TryTake(out _))
        {
        }

        Span<byte> answer = stackalloc byte[1200];
        for (var count = 0; victim.TryTransmit(now, answer, out _); count++)
        {
            if (count > AnswersMax) throw new InvalidDataException("Answers without end.");
        }
    }
}
