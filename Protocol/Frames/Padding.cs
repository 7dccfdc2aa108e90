using System.Numerics;
using QuicPair.Protocol.Handshake;

namespace QuicPair.Protocol.Frames;

/// <summary>
/// Lengths of whole channel messages, so that a token's length does not show (QP/1 section 6).
/// </summary>
public static class Padding
{
    private const int Smallest = 128;
    private const int Overhead = 1 + Frame.HeaderLength + ChannelLimits.Tag;

    /// <summary>Bytes of the channel message for <paramref name="contentLength"/> bytes of content.</summary>
    public static int ChannelMessageLength(PaddingPolicy mode, int contentLength)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(contentLength, ChannelLimits.MaxContent);
        var length = contentLength + Overhead;
        return mode == PaddingPolicy.Off
            ? length
            : Math.Max(Smallest, (int)BitOperations.RoundUpToPowerOf2((uint)length));
    }
}
