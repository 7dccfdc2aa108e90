using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Association;

namespace QuicPair.Rtc.Channels;

/// <summary>An event of the data channels; which members count depends on <see cref="Kind"/>.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Id">The channel.</param>
/// <param name="Payload">The message, valid until the next event is taken.</param>
/// <param name="IsText">Whether the message is UTF-8 text.</param>
/// <param name="Parameters">The parameters of a channel that was opened.</param>
/// <param name="IsRemote">Whether the peer has opened the channel.</param>
/// <param name="End">Why the association ended.</param>
public readonly record struct ChannelEvent(
    ChannelEventKind Kind,
    StreamId Id = default,
    ReadOnlyMemory<byte> Payload = default,
    bool IsText = false,
    ChannelParameters? Parameters = null,
    bool IsRemote = false,
    AssociationEnd End = default);
