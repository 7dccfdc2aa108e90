namespace QuicPair.Protocol.Handshake;

/// <summary>Sizes of the messages on the channel (QP/1 sections 4 and 6), in bytes.</summary>
public static class ChannelLimits
{
    /// <summary>The one channel's label.</summary>
    public const string Label = "llm";

    /// <summary>The largest channel message.</summary>
    public const int MaxChannelMessage = 16_384;

    /// <summary>The first handshake message with its type byte: e 32, s 48, payload 528.</summary>
    public const int HandshakeMessage1 = 609;

    /// <summary>The second handshake message with its type byte: e 32, payload 528.</summary>
    public const int HandshakeMessage2 = 561;

    /// <summary>The tag of the AEAD.</summary>
    public const int Tag = 16;

    /// <summary>The largest content of a frame: type, frame header and tag go off.</summary>
    public const int MaxContent = MaxChannelMessage - 1 - 4 - Tag;

    /// <summary>The largest JSON message from a phone to a Mac.</summary>
    public const int MaxMessageToMac = 8 * 1024 * 1024;

    /// <summary>The largest JSON message from a Mac to a phone.</summary>
    public const int MaxMessageToPhone = 1024 * 1024;

    /// <summary>What all phones together may have in reassembly on one Mac.</summary>
    public const long MaxReassemblyPerMac = 64L * 1024 * 1024;
}
