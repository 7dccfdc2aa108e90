namespace QuicPair.Protocol.Handshake;

/// <summary>The first byte of every binary message on the channel (QP/1 section 4).</summary>
public enum ChannelMessageType : byte
{
    /// <summary>The phone's handshake message.</summary>
    Handshake1 = 0x01,

    /// <summary>The Mac's handshake message.</summary>
    Handshake2 = 0x02,

    /// <summary>An encrypted data frame.</summary>
    Data = 0x10,

    /// <summary>One byte, always 1, only before the handshake ends.</summary>
    Alert = 0x7F,
}
