namespace QuicPair.Protocol.Frames;

/// <summary>What a data frame carries (QP/1 section 6).</summary>
public enum FrameKind : byte
{
    /// <summary>A part of one JSON message.</summary>
    Part = 0,

    /// <summary>At most 64 bytes to be echoed.</summary>
    Ping = 1,

    /// <summary>A ping's content.</summary>
    Pong = 2,

    /// <summary>One byte, a <see cref="CloseCode"/>.</summary>
    Close = 3,

    /// <summary>Nothing; hides when nothing is said.</summary>
    Cover = 4,
}
