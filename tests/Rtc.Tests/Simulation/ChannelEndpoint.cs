using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Association;

namespace QuicPair.Rtc.Tests.Simulation;

/// <summary>Data channels at one end of a pair; remembers what happened.</summary>
internal sealed class ChannelEndpoint(DataChannels channels) : IEndpoint
{
    public DataChannels Channels { get; } = channels;

    public List<(StreamId Id, byte[] Payload, bool IsText)> Messages { get; } = [];

    /// <summary>All other events, in order.</summary>
    public List<ChannelEvent> Events { get; } = [];

    /// <summary>Called with every event before it is remembered; true to keep it out of the lists.</summary>
    public Func<Instant, ChannelEvent, bool>? OnEvent { get; set; }

    public Instant? NextTimeout => Channels.NextTimeout;

    public AssociationState State => Channels.Association.State;

    public void HandleDatagram(Instant now, ReadOnlySpan<byte> packet) =>
        Channels.HandleDatagram(now, packet);

    public void HandleTimeout(Instant now) => Channels.HandleTimeout(now);

    public bool TryTransmit(Instant now, Span<byte> destination, out int length) =>
        Channels.TryTransmit(now, destination, out length);

    public void TakeEvents(Instant now)
    {
        while (Channels.TryTake(out var happened))
        {
            if (OnEvent?.Invoke(now, happened) == true)
            {
                continue;
            }

            if (happened.Kind == ChannelEventKind.Message)
            {
                Messages.Add((happened.Id, happened.Payload.ToArray(), happened.IsText));
            }
            else
            {
                Events.Add(happened);
            }
        }
    }

    public bool Saw(ChannelEventKind kind) => Events.Exists(happened => happened.Kind == kind);
}
