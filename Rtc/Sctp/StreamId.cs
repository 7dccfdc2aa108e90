namespace QuicPair.Rtc.Sctp;

/// <summary>
/// The number of an SCTP stream, which is also the id of a data channel (RFC 9260 section 3.3.1).
/// </summary>
/// <param name="Value">The number on the wire; 65535 is never a data channel.</param>
public readonly record struct StreamId(ushort Value);
