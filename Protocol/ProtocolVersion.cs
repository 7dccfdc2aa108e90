namespace QuicPair.Protocol;

/// <summary>
/// The versions that this program speaks, and how two ends agree on one (QP/1 section 3.1).
/// </summary>
public static class ProtocolVersion
{
    /// <summary>The version of this text.</summary>
    public const byte Current = 1;

    /// <summary>The most versions that an offer may list.</summary>
    public const int MaxListed = 16;

    /// <summary>What this program lists in an offer, in JSON order.</summary>
    public static ReadOnlySpan<byte> Spoken => [Current];

    /// <summary>Whether an offer may list these: 1 to 16 distinct values from 1 to 255.</summary>
    public static bool IsValidList(ReadOnlySpan<byte> versions)
    {
        if (versions.Length is < 1 or > MaxListed || versions.Contains((byte)0))
        {
            return false;
        }

        for (var i = 1; i < versions.Length; i++)
        {
            if (versions[..i].Contains(versions[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The highest version that both ends speak.</summary>
    public static bool TryChoose(ReadOnlySpan<byte> offered, out byte chosen)
    {
        chosen = offered.Contains(Current) ? Current : (byte)0;
        return chosen != 0;
    }
}
