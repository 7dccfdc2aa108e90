using System.Text;
using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Ice;

namespace QuicPair.Rtc.Sdp;

/// <summary>
/// Writes offers and answers for one data channel section: ASCII, each line ended by CRLF, one
/// <c>a=fingerprint:sha-256</c> in upper case, at most 32 candidates, no line longer than 512 bytes.
/// </summary>
internal static class DescriptionWriter
{
    private const string DataChannelProtocol = "UDP/DTLS/SCTP";
    private const string DataChannelFormat = "webrtc-datachannel";

    // Ours: candidates come complete with the description, and later ones in another description.
    private const string IceOptions = "trickle";

    /// <summary>An offer that leaves the DTLS role to the answerer.</summary>
    public static string WriteOffer(LocalParameters local)
    {
        ArgumentNullException.ThrowIfNull(local);
        var text = new StringBuilder();
        WriteSession(text, local, bundle: "0");
        var section = new MediaSection("application", 9, DataChannelProtocol, DataChannelFormat);
        WriteDataChannel(text, local, section with { Mid = "0" }, "actpass");
        return text.ToString();
    }

    /// <summary>
    /// The answer to <paramref name="offer"/>: the same sections in the same order, all but the data channels
    /// rejected with port 0 (RFC 3264, section 6).
    /// </summary>
    public static string WriteAnswer(LocalParameters local, SessionDescription offer, DtlsRole role)
    {
        ArgumentNullException.ThrowIfNull(local);
        ArgumentNullException.ThrowIfNull(offer);
        var text = new StringBuilder();
        var mid = offer.Sections.First(section => section.IsDataChannel).Mid;
        WriteSession(text, local, offer.HasBundle ? mid : null);
        var setup = role == DtlsRole.Client ? "active" : "passive";
        foreach (var section in offer.Sections)
        {
            if (section.IsDataChannel) WriteDataChannel(text, local, section, setup);
            else WriteRejected(text, section);
        }

        return text.ToString();
    }

    private static void WriteSession(StringBuilder text, LocalParameters local, string? bundle)
    {
        Line(text, "v=0");
        Line(text, $"o=- {local.SessionId & long.MaxValue} {local.SessionVersion} IN IP4 127.0.0.1");
        Line(text, "s=-");
        Line(text, "t=0 0");
        if (bundle is not null) Line(text, $"a=group:BUNDLE {bundle}");
    }

    private static void WriteRejected(StringBuilder text, MediaSection section)
    {
        Line(text, $"m={section.Media} 0 {section.Protocol} {section.Formats}");
        Line(text, "c=IN IP4 0.0.0.0");
        if (section.Mid is not null) Line(text, $"a=mid:{section.Mid}");
        Line(text, "a=inactive");
    }

    private static void WriteDataChannel(
        StringBuilder text, LocalParameters local, MediaSection section, string setup)
    {
        Line(text, $"m=application 9 {section.Protocol} {section.Formats}");
        Line(text, "c=IN IP4 0.0.0.0");
        foreach (var candidate in local.Candidates.Take(IceTimings.MaximumRemoteCandidates))
        {
            Line(text, $"a=candidate:{candidate}");
        }

        Line(text, $"a=ice-ufrag:{local.Credentials.UsernameFragment}");
        Line(text, $"a=ice-pwd:{local.Credentials.Password}");
        Line(text, $"a=ice-options:{IceOptions}");
        Line(text, $"a=fingerprint:{local.Fingerprint}");
        Line(text, $"a=setup:{setup}");
        if (section.Mid is not null) Line(text, $"a=mid:{section.Mid}");
        if (section.IsOldForm) Line(text, $"a=sctpmap:{section.Formats} webrtc-datachannel 65535");
        else Line(text, $"a=sctp-port:{local.SctpPort}");
        Line(text, $"a=max-message-size:{local.MaximumMessageSize}");
        if (local.SctpInit is not null) Line(text, $"a=sctp-init:{local.SctpInit}");
    }

    // The culture of the process never shows: invariant globalization is on for every program of this
    // repository.
    private static void Line(StringBuilder text, string line) => text.Append(line).Append("\r\n");
}
