namespace QuicPair.Protocol.Frames;

/// <summary>How long channel messages are made (QP/1 section 6); a larger value is stricter.</summary>
public enum PaddingPolicy
{
    /// <summary>As long as the content.</summary>
    Off = 0,

    /// <summary>The next of 128, 256, … 8192, 16 384 bytes.</summary>
    Pad = 1,
}
