using System.Globalization;

namespace QuicPair.Rtc.Sdp;

/// <summary>The small grammar of values (RFC 8866, section 9).</summary>
internal static class SdpText
{
    private const int MaximumTokenLength = 64;

    /// <summary>Digits only, at most <paramref name="maximum"/>.</summary>
    public static bool TryParseNumber(ReadOnlySpan<char> text, long maximum, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= maximum;

    /// <summary>Whether this may be repeated in a description of ours as it stands.</summary>
    public static bool IsToken(ReadOnlySpan<char> text) =>
        !text.IsEmpty && text.Length <= MaximumTokenLength && !text.ContainsAnyExceptInRange('!', '~');
}
