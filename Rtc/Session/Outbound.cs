using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Session;

/// <summary>
/// Everything that goes out on the selected path: SCTP sealed by DTLS, and DTLS's own messages.
/// </summary>
internal sealed class Outbound(SessionContext context)
{
    public bool TryTransmit(Instant now, Span<byte> destination, out int length)
    {
        // The end of a handshake goes before the first packets that it protects.
        if (context.Dtls.TryTransmit(now, destination, out length)) return true;
        if (TrySealPacket(now, destination, out length)) return true;
        if (context.End is null || context.Channels is null) return false;

        // The last words of SCTP are out: close_notify follows them.
        context.Dtls.Close();
        return context.Dtls.TryTransmit(now, destination, out length);
    }

    // The packet is written where its ciphertext belongs, and sealed in place.
    private bool TrySealPacket(Instant now, Span<byte> destination, out int length)
    {
        const int tail = DtlsTransport.SealOverhead - DtlsTransport.SealOffset;
        length = 0;
        if (context.Channels is not { } channels) return false;
        var plaintext = destination[DtlsTransport.SealOffset..^tail];
        return channels.TryTransmit(now, plaintext, out var packet)
            && context.Dtls.TrySeal(plaintext[..packet], destination, out length);
    }
}
