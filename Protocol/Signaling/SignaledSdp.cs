using System.Text.RegularExpressions;

namespace QuicPair.Protocol.Signaling;

/// <summary>
/// What an SDP that travels through the front door may hold (QP/1 section 3.1). Both ends check before use;
/// the text is hashed exactly as it travelled.
/// </summary>
public static partial class SignaledSdp
{
    private const int MaxLines = 200;
    private const int MaxLineBytes = 512;
    private const int MaxCandidates = 32;
    private const int FingerprintBytes = 32;
    private const string FingerprintPrefix = "a=fingerprint:sha-256 ";

    /// <summary>Checks every rule; the first that is broken is reported.</summary>
    public static bool TryCheck(string sdp, out SdpProblem problem)
    {
        problem = CheckText(sdp);
        if (problem == SdpProblem.None)
        {
            problem = CheckLines(sdp);
        }

        return problem == SdpProblem.None;
    }

    /// <summary>
    /// The SHA-256 of the certificate that the SDP announces, 32 bytes; it passed <see cref="TryCheck"/>.
    /// </summary>
    public static bool TryReadFingerprint(string sdp, Span<byte> fingerprint)
    {
        foreach (var line in sdp.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(FingerprintPrefix, StringComparison.Ordinal))
            {
                return TryReadPairs(line[FingerprintPrefix.Length..], fingerprint);
            }
        }

        return false;
    }

    private static SdpProblem CheckText(string sdp)
    {
        for (var i = 0; i < sdp.Length; i++)
        {
            if (sdp[i] is '\r' && i + 1 < sdp.Length && sdp[i + 1] is '\n')
            {
                i++;
            }
            else if (sdp[i] is < ' ' or > '~')
            {
                return SdpProblem.Characters;
            }
        }

        return sdp.EndsWith("\r\n", StringComparison.Ordinal) ? SdpProblem.None : SdpProblem.LineEnding;
    }

    private static SdpProblem CheckLines(string sdp)
    {
        var (lines, media, candidates, longest) = (0, 0, 0, 0);
        var dataOnly = true;
        foreach (var line in sdp.AsSpan(0, sdp.Length - 2).EnumerateLines())
        {
            lines++;
            longest = Math.Max(longest, line.Length);
            candidates += line.StartsWith("a=candidate:", StringComparison.Ordinal) ? 1 : 0;
            if (line.StartsWith("m=", StringComparison.Ordinal))
            {
                media++;
                dataOnly &= DataSection().IsMatch(line);
            }
        }

        return lines > MaxLines ? SdpProblem.TooManyLines
            : longest > MaxLineBytes ? SdpProblem.LineTooLong
            : media != 1 || !dataOnly ? SdpProblem.Media
            : !HasOneFingerprint(sdp) ? SdpProblem.Fingerprint
            : candidates > MaxCandidates ? SdpProblem.TooManyCandidates
            : SdpProblem.None;
    }

    private static bool HasOneFingerprint(string sdp)
    {
        const string word = "fingerprint";
        var first = sdp.IndexOf(word, StringComparison.OrdinalIgnoreCase);
        Span<byte> hash = stackalloc byte[FingerprintBytes];
        return first >= 0
            && sdp.IndexOf(word, first + word.Length, StringComparison.OrdinalIgnoreCase) < 0
            && TryReadFingerprint(sdp, hash);
    }

    private static bool TryReadPairs(ReadOnlySpan<char> text, Span<byte> hash)
    {
        if (text.Length != (FingerprintBytes * 3) - 1 || hash.Length < FingerprintBytes)
        {
            return false;
        }

        for (var i = 0; i < FingerprintBytes; i++)
        {
            var (high, low) = (Digit(text[3 * i]), Digit(text[(3 * i) + 1]));
            if (high < 0 || low < 0 || (i > 0 && text[(3 * i) - 1] != ':'))
            {
                return false;
            }

            hash[i] = (byte)((high << 4) | low);
        }

        return true;
    }

    private static int Digit(char c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= 'A' and <= 'F' => c - 'A' + 10,
        _ => -1,
    };

    [GeneratedRegex("^m=application [0-9]{1,5} UDP/DTLS/SCTP webrtc-datachannel$")]
    private static partial Regex DataSection();
}
