using System.Diagnostics.CodeAnalysis;

namespace QuicPair.Rtc.Sdp;

/// <summary>
/// What <c>o=</c> says (RFC 8866, section 5.2): <c>username sess-id sess-version nettype addrtype address</c>.
/// </summary>
/// <param name="Id">The session, the same in all its descriptions.</param>
/// <param name="Version">Grows with the descriptions of a session.</param>
internal sealed record SdpOrigin(long Id, long Version)
{
    public static bool TryParse(ReadOnlySpan<char> value, [NotNullWhen(true)] out SdpOrigin? origin)
    {
        origin = null;
        Span<Range> fields = stackalloc Range[7];
        if (value.Split(fields, ' ') != 6) return false;
        if (!SdpText.TryParseNumber(value[fields[1]], long.MaxValue, out var id)) return false;
        if (!SdpText.TryParseNumber(value[fields[2]], long.MaxValue, out var version)) return false;
        origin = new(id, version);
        return true;
    }

    /// <summary>
    /// Whether this is the origin of an earlier description of the same session. RFC 3264, 8: "the version in the
    /// origin field MUST increment by one from the previous SDP"; what was rolled back counts (RFC 9429, 5.2.2).
    /// </summary>
    public bool Precedes(SdpOrigin other) => Id == other.Id && Version < other.Version;
}
