using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Session;

/// <summary>
/// Tells by the first byte what a datagram is (RFC 7983, section 7). STUN authenticates itself; everything
/// else counts only from an address that ICE has validated.
/// </summary>
internal sealed class Demultiplexer(SessionContext context, Restarting restarting)
{
    public void Handle(Instant now, NetworkPath path, ReadOnlySpan<byte> datagram)
    {
        if (StunMessage.IsStun(datagram))
        {
            restarting.AgentFor(path, datagram).HandleDatagram(now, path, datagram);
        }
        else if (DtlsTransport.IsDtls(datagram) && context.IsValidated(path))
        {
            context.Dtls.HandleDatagram(now, datagram);
        }
        else
        {
            context.Dropped++;
        }
    }

    /// <summary>
    /// Passes on what DTLS has opened: also what arrived before there was anybody to pass it to.
    /// </summary>
    public void Receive(Instant now)
    {
        if (context.Channels is not { } channels) return;
        while (context.Dtls.TryReceive(out var packet))
        {
            channels.HandleDatagram(now, packet);
        }
    }
}
