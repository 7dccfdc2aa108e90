using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Sctp;

namespace QuicPair.Rtc.Session;

/// <summary>An event of a session; which members count depends on <see cref="Kind"/>.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="State">The new state.</param>
/// <param name="Channel">The channel.</param>
/// <param name="Payload">The message, valid until the next event is taken.</param>
/// <param name="IsText">Whether the message is UTF-8 text.</param>
/// <param name="Parameters">The parameters of a channel that was opened.</param>
/// <param name="IsRemote">Whether the peer has opened the channel.</param>
/// <param name="End">Why the session is over.</param>
public readonly record struct SessionEvent(
    SessionEventKind Kind,
    SessionState State = default,
    StreamId Channel = default,
    ReadOnlyMemory<byte> Payload = default,
    bool IsText = false,
    ChannelParameters? Parameters = null,
    bool IsRemote = false,
    SessionEnd End = default);
