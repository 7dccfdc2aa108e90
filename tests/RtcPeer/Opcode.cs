namespace QuicPair.RtcPeer;

/// <summary>The first byte of a message on the channel <c>llm</c>.</summary>
internal static class Opcode
{
    /// <summary>Send it back.</summary>
    public const byte Echo = 1;

    /// <summary>Count it.</summary>
    public const byte Count = 2;

    /// <summary>The last counted one was sent; answer with a report.</summary>
    public const byte EndOfCount = 3;

    /// <summary>A report: JSON follows.</summary>
    public const byte Report = 4;

    /// <summary>A token: the wall clock in milliseconds as a little-endian double at offset 8.</summary>
    public const byte Token = 5;

    /// <summary>The last token was sent; answer with a report of their delays.</summary>
    public const byte EndOfTokens = 6;

    /// <summary>One of a stream: its number follows as a little-endian integer of four bytes.</summary>
    public const byte Numbered = 7;

    /// <summary>The stream has ended: how many were sent follows, as above.</summary>
    public const byte EndOfNumbered = 8;
}
