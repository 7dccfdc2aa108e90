using QuicPair.Rtc.Sockets.Gathering.Relays;
using QuicPair.Rtc.Turn;

namespace QuicPair.Fuzz.Targets;

/// <summary>TURN over TCP: a stream in pieces, each behind its length in one byte, is cut into messages.</summary>
internal static class TurnStreamTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        var messages = new StreamMessages();
        while (!input.IsEmpty)
        {
            var piece = input.Slice(1, Math.Min(input[0], input.Length - 1));
            input = input[(1 + piece.Length)..];
            piece.CopyTo(messages.Free);
            messages.Added(piece.Length);
            bool isBroken;
            while (messages.TryTake(out var message, out isBroken)) Check(message);
            if (isBroken) return;
        }
    }

    private static void Check(ReadOnlySpan<byte> message)
    {
        var isWhole = ChannelData.IsChannelData(message)
            ? ChannelData.TryParse(message, out _, out _)
            : message is [<= 0x3F, _, var high, var low, ..] && message.Length == 20 + (high << 8) + low;
        if (!isWhole) throw new InvalidDataException("What was taken is not one message.");
    }
}
