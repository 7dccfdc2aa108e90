using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Session;
using QuicPair.Rtc.Tests.Simulation;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Tests.Session;

/// <summary>A session with one address, at one end of a pair; remembers what happened.</summary>
internal sealed class SessionEndpoint(RtcSession session, NetworkPath path) : IEndpoint
{
    /// <summary>Where datagrams arrive and from where.</summary>
    public NetworkPath Path { get; set; } = path;

    public RtcSession Session { get; } = session;

    /// <summary>Whether nothing that was sent arrives.</summary>
    public bool IsCutOff { get; set; }

    /// <summary>Records of a DTLS handshake that have arrived (content type 22).</summary>
    public int HandshakeRecords { get; private set; }

    public List<SessionEvent> Events { get; } = [];

    public List<(StreamId Channel, byte[] Payload)> Messages { get; } = [];

    public List<StreamId> Channels { get; } = [];

    public Instant? NextTimeout => Session.NextTimeout;

    public void HandleDatagram(Instant now, ReadOnlySpan<byte> packet)
    {
        if (IsCutOff) return;
        if (packet is [22, ..]) HandshakeRecords++;
        Session.HandleDatagram(now, Path, packet);
    }

    public void HandleTimeout(Instant now) => Session.HandleTimeout(now);

    public bool TryTransmit(Instant now, Span<byte> destination, out int length) =>
        Session.TryTransmit(now, destination, out length, out _);

    public void TakeEvents(Instant now)
    {
        while (Session.TryTake(out var taken))
        {
            if (taken.Kind == SessionEventKind.Message)
            {
                Messages.Add((taken.Channel, taken.Payload.ToArray()));
                continue;
            }

            Events.Add(taken);
            if (taken.Kind == SessionEventKind.ChannelOpened) Channels.Add(taken.Channel);
        }
    }

    public bool Saw(SessionEventKind kind) => Events.Exists(taken => taken.Kind == kind);
}
