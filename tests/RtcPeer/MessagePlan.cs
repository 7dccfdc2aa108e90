namespace QuicPair.RtcPeer;

/// <summary>What each side of an exchange sends: the same as <c>tests/Interop/peers/plan.mjs</c>.</summary>
internal static class MessagePlan
{
    /// <summary>1,000 messages of 1 byte to 16 KiB, and one of 256 KiB.</summary>
    public const int Count = 1_001;

    /// <summary>The bytes of all of them.</summary>
    public static long TotalLength { get; } = Enumerable.Range(0, Count).Sum(index => (long)LengthOf(index));

    public static byte[] MessageAt(int index)
    {
        var message = new byte[LengthOf(index)];
        for (var at = 0; at < message.Length; at++) message[at] = (byte)((index * 31) + (at * 7));
        return message;
    }

    private static int LengthOf(int index) => index switch
    {
        1_000 => 262_144,
        999 => 16_384,
        _ => 1 + (index * 7_919 % 16_384),
    };
}
