using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Ice;

namespace QuicPair.Rtc.Sdp;

/// <summary>
/// The attributes of one level, session or media. Unknown attributes are ignored, of repeated ones the first
/// counts, except for fingerprints and candidates, which add up within bounds.
/// </summary>
internal sealed class SectionAttributes
{
    private const int MaximumFingerprints = 8;
    private const int MaximumSctpInitLength = 400;

    public string? UsernameFragment { get; private set; }

    public string? Password { get; private set; }

    public List<CertificateFingerprint> Fingerprints { get; } = [];

    public List<IceCandidate> Candidates { get; } = [];

    public SdpSetup? Setup { get; private set; }

    /// <summary>Whether <c>a=setup</c> was there, understood or not.</summary>
    public bool HasSetup { get; private set; }

    public string? Mid { get; private set; }

    public ushort? SctpPort { get; private set; }

    public long? MaximumMessageSize { get; private set; }

    public string? SctpInit { get; private set; }

    public string? BundleGroup { get; private set; }

    /// <param name="attribute">A line behind <c>a=</c>.</param>
    public void Accept(ReadOnlySpan<char> attribute)
    {
        var colon = attribute.IndexOf(':');
        if (colon < 0) return;
        var value = attribute[(colon + 1)..].Trim();
        switch (attribute[..colon])
        {
            case "ice-ufrag":
                UsernameFragment ??= value.ToString();
                break;
            case "ice-pwd":
                Password ??= value.ToString();
                break;
            case "candidate":
                AcceptCandidate(value);
                break;
            case "fingerprint":
                AcceptFingerprint(value);
                break;
            case "setup":
                AcceptSetup(value);
                break;
            case "mid":
                if (SdpText.IsToken(value)) Mid ??= value.ToString();
                break;
            case "group":
                if (value.StartsWith("BUNDLE", StringComparison.Ordinal)) BundleGroup ??= value.ToString();
                break;
            default:
                AcceptSctp(attribute[..colon], value);
                break;
        }
    }

    private void AcceptSctp(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        switch (name)
        {
            case "sctp-port":
                if (SdpText.TryParseNumber(value, ushort.MaxValue, out var port)) SctpPort ??= (ushort)port;
                break;
            case "max-message-size":
                if (SdpText.TryParseNumber(value, long.MaxValue, out var size)) MaximumMessageSize ??= size;
                break;
            case "sctp-init":
                if (value.Length <= MaximumSctpInitLength) SctpInit ??= value.ToString();
                break;
            default:
                // RFC 8866, 5.13: "If an attribute is received that is not understood, it MUST be ignored".
                break;
        }
    }

    private void AcceptCandidate(ReadOnlySpan<char> value)
    {
        if (Candidates.Count >= IceTimings.MaximumRemoteCandidates) return;
        if (IceCandidate.TryParse(value, out var candidate)) Candidates.Add(candidate!);
    }

    private void AcceptFingerprint(ReadOnlySpan<char> value)
    {
        if (Fingerprints.Count >= MaximumFingerprints) return;
        if (CertificateFingerprint.TryParse(value, out var fingerprint)) Fingerprints.Add(fingerprint!);
    }

    private void AcceptSetup(ReadOnlySpan<char> value)
    {
        if (HasSetup) return;
        HasSetup = true;
        Setup = value switch
        {
            "actpass" => SdpSetup.ActPass,
            "active" => SdpSetup.Active,
            "passive" => SdpSetup.Passive,
            _ => null,
        };
    }
}
