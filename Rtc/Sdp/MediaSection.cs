namespace QuicPair.Rtc.Sdp;

/// <summary>
/// One <c>m=</c> line and its <c>a=mid</c>, which an answer has to repeat (RFC 3264, section 6).
/// </summary>
/// <param name="Media">"application", "audio", "video".</param>
/// <param name="Port">0 for a section that is rejected.</param>
/// <param name="Protocol">"UDP/DTLS/SCTP" for data channels.</param>
/// <param name="Formats">"webrtc-datachannel" for data channels.</param>
internal sealed record MediaSection(string Media, ushort Port, string Protocol, string Formats)
{
    private const int MaximumFieldLength = 200;

    /// <summary>The value of <c>a=mid</c> (RFC 5888, section 4), or null.</summary>
    public string? Mid { get; init; }

    /// <summary>
    /// The old form names the SCTP port as the format: <c>m=application 9 DTLS/SCTP 5000</c>.
    /// </summary>
    public bool IsOldForm => Protocol == "DTLS/SCTP";

    public bool IsDataChannel => Media == "application"
        && (IsOldForm || (Protocol is "UDP/DTLS/SCTP" or "TCP/DTLS/SCTP" && Formats == "webrtc-datachannel"));

    public static bool TryParse(ReadOnlySpan<char> value, out MediaSection? section)
    {
        section = null;
        // It is repeated in the answer, which is printable ASCII.
        if (value.ContainsAnyExceptInRange(' ', '~')) return false;
        Span<Range> fields = stackalloc Range[4];
        if (value.Split(fields, ' ', StringSplitOptions.RemoveEmptyEntries) != 4) return false;
        var media = value[fields[0]];
        var protocol = value[fields[2]];
        var formats = value[fields[3]].TrimEnd();
        var port = value[fields[1]];
        if (port.IndexOf('/') is > 0 and var slash) port = port[..slash];
        if (!SdpText.TryParseNumber(port, ushort.MaxValue, out var number)) return false;
        if (media.Length + protocol.Length + formats.Length > MaximumFieldLength) return false;
        section = new(media.ToString(), (ushort)number, protocol.ToString(), formats.ToString());
        return true;
    }
}
