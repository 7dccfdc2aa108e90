using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Turn;

/// <summary>
/// A payload in a Send or Data indication (RFC 8656, sections 11.1 and 11.3): the peer's address and the data. It is
/// larger than other STUN messages, and nothing but these two attributes is looked at.
/// </summary>
internal static class DataIndication
{
    /// <summary>Writes a Send indication; 0 when it does not fit.</summary>
    public static int Write(
        Span<byte> destination, TransactionId id, TransportAddress peer, ReadOnlySpan<byte> payload)
    {
        var writer = new StunMessageWriter(destination, new(StunClass.Indication, StunMethod.Send, id));
        writer.AddPeerAddress(peer);
        writer.AddData(payload);
        return writer.CompleteBare();
    }

    /// <summary>Reads a Data indication.</summary>
    public static bool TryParse(ReadOnlySpan<byte> message, out TransportAddress peer, out ReadOnlySpan<byte> payload)
    {
        peer = default;
        payload = default;
        if (!StunHeader.TryParse(message, out var header)) return false;
        if (header is not { Class: StunClass.Indication, Method: StunMethod.Data }) return false;
        var reader = new SpanReader(message);
        _ = reader.TrySkip(StunHeader.Length);
        var (hasPeer, hasData) = (false, false);
        while (reader.Remaining > 0)
        {
            if (!reader.TryReadUInt16(out var type) || !reader.TryReadUInt16(out var length)
                || !reader.TryReadBytes(length, out var value) || !reader.TrySkip(-length & 3))
            {
                return false;
            }

            if ((StunAttributeType)type == StunAttributeType.XorPeerAddress && !hasPeer)
            {
                if (!XorMappedAddress.TryParse(value, header.TransactionId, out peer)) return false;
                hasPeer = true;
            }
            else if ((StunAttributeType)type == StunAttributeType.Data && !hasData)
            {
                payload = value;
                hasData = true;
            }
        }

        return hasPeer && hasData && !peer.IsUnusable;
    }
}
