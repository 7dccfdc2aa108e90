using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Ice;

namespace QuicPair.Rtc.Sdp;

/// <summary>
/// What a peer's offer or answer says about its data channels (RFC 8866; ICE by RFC 8839, SCTP by RFC 8841,
/// DTLS by RFC 8842). Read tolerantly: LF or CRLF, attributes at session or media level, unknown lines
/// ignored, candidates that cannot be used left out.
/// </summary>
internal sealed record SessionDescription
{
    /// <summary>What "no a=max-message-size" means (RFC 8841, section 6.1), in bytes.</summary>
    private const long DefaultMaximumMessageSize = 64 * 1024;

    private const ushort DefaultSctpPort = 5000;

    private SessionDescription(IceCredentials credentials) => Credentials = credentials;

    /// <summary>Which description of which session this is; null when that cannot be told.</summary>
    public SdpOrigin? Origin { get; init; }

    /// <summary>The peer's ICE credentials.</summary>
    public IceCredentials Credentials { get; }

    /// <summary>The peer's certificate has one of these fingerprints; at least one.</summary>
    public required IReadOnlyList<CertificateFingerprint> Fingerprints { get; init; }

    /// <summary>Which DTLS roles the peer takes.</summary>
    public required SdpSetup Setup { get; init; }

    /// <summary>The candidates that can be used, at most 32.</summary>
    public required IReadOnlyList<IceCandidate> Candidates { get; init; }

    /// <summary>The SCTP port, 5000 everywhere so far.</summary>
    public required ushort SctpPort { get; init; }

    /// <summary>
    /// The longest message that the peer takes, in bytes; <see cref="long.MaxValue"/> for no limit.
    /// </summary>
    public required long MaximumMessageSize { get; init; }

    /// <summary>The value of <c>a=sctp-init</c>, or null (draft-hancke-tsvwg-snap).</summary>
    public string? SctpInit { get; init; }

    /// <summary>Every section in order, for the answer.</summary>
    internal IReadOnlyList<MediaSection> Sections { get; init; } = [];

    /// <summary>Whether the sections are bundled (RFC 9143).</summary>
    internal bool HasBundle { get; init; }

    /// <summary>Reads an offer or an answer.</summary>
    /// <param name="text">The description.</param>
    /// <param name="description">What it says, or null.</param>
    /// <param name="problem">Why it cannot be used, or <see cref="SdpProblem.None"/>.</param>
    public static bool TryParse(
        ReadOnlySpan<char> text, out SessionDescription? description, out SdpProblem problem)
    {
        description = null;
        var lines = new DescriptionLines();
        problem = lines.Read(text);
        if (problem == SdpProblem.None) problem = TryCombine(lines, out description);
        return problem == SdpProblem.None;
    }

    /// <summary>Whether the peer wrote this before <paramref name="other"/>; false when that cannot be told.</summary>
    public bool Precedes(SessionDescription other) =>
        Origin is { } origin && other.Origin is { } later && origin.Precedes(later);

    /// <summary>
    /// The DTLS role that is left for the end that answers this offer; active, if there is a choice.
    /// </summary>
    public DtlsRole RoleOfAnswerer => Setup == SdpSetup.Active ? DtlsRole.Server : DtlsRole.Client;

    /// <summary>
    /// The DTLS role that this answer leaves for the offerer; false when the answer chooses none.
    /// </summary>
    public bool TryFindRoleOfOfferer(out DtlsRole role)
    {
        role = Setup == SdpSetup.Active ? DtlsRole.Server : DtlsRole.Client;
        return Setup != SdpSetup.ActPass;
    }

    private static SdpProblem TryCombine(DescriptionLines lines, out SessionDescription? description)
    {
        description = null;
        var sections = lines.Sections.FindAll(each => each.Section.IsDataChannel);
        if (sections.Count > 1) return SdpProblem.SeveralDataChannels;
        if (sections.Count == 0 || sections[0].Section.Port == 0) return SdpProblem.NoDataChannel;

        var (section, media) = sections[0];
        var session = lines.Session;
        var credentials = new IceCredentials(
            media.UsernameFragment ?? session.UsernameFragment ?? "",
            media.Password ?? session.Password ?? "");
        if (!credentials.IsValid) return SdpProblem.NoCredentials;

        var fingerprints = media.Fingerprints.Count > 0 ? media.Fingerprints : session.Fingerprints;
        if (fingerprints.Count == 0) return SdpProblem.NoFingerprint;

        var setup = media.HasSetup ? media.Setup : session.Setup;
        if (setup is null && (media.HasSetup || session.HasSetup)) return SdpProblem.NoRole;

        description = new SessionDescription(credentials)
        {
            Origin = lines.Origin,
            Fingerprints = fingerprints,
            // RFC 8842, 5.2: offers must have it; those that lack it come from stacks that mean actpass.
            Setup = setup ?? SdpSetup.ActPass,
            Candidates = [.. media.Candidates],
            SctpPort = media.SctpPort ?? PortOfOldForm(section) ?? DefaultSctpPort,
            MaximumMessageSize = (media.MaximumMessageSize ?? DefaultMaximumMessageSize) switch
            {
                // RFC 8841, 6.1: "zero … indicates that the endpoint will handle messages of any size".
                0 => long.MaxValue,
                var size => size,
            },
            SctpInit = media.SctpInit,
            Sections = [.. lines.Sections.Select(each => each.Section with { Mid = each.Attributes.Mid })],
            HasBundle = session.BundleGroup is not null,
        };
        return SdpProblem.None;
    }

    private static ushort? PortOfOldForm(MediaSection section) =>
        section.IsOldForm && SdpText.TryParseNumber(section.Formats, ushort.MaxValue, out var port)
            ? (ushort)port
            : null;
}
