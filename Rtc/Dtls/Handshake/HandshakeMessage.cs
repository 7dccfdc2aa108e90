using QuicPair.Rtc.Dtls.Messages;

namespace QuicPair.Rtc.Dtls.Handshake;

/// <summary>A whole message.</summary>
internal readonly record struct HandshakeMessage(HandshakeType Type, ushort Sequence, byte[] Body);
