using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Dtls.Handshake;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Session;
using QuicPair.Rtc.Tests.Dtls.Handshake;
using QuicPair.Rtc.Tests.Ice;
using QuicPair.Rtc.Tests.Simulation;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Session;

/// <summary>Makes pairs of sessions: left offers a channel "llm", right answers.</summary>
internal static class SessionPair
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    // Where the virtual clock of a pair starts.
    private static readonly Instant Start = Instant.Start + TimeSpan.FromHours(1);

    private static readonly byte[] LeftCertificate = [1, 1, 1];
    private static readonly byte[] RightCertificate = [2, 2, 2];

    public static Pair<SessionEndpoint> Create(
        LinkOptions link, ulong seed = 1, byte[]? rightShows = null, bool answer = true)
    {
        return Create(
            link,
            seed,
            new End(LeftCertificate, new ScriptedDtls(LeftCertificate)),
            new End(RightCertificate, new ScriptedDtls(rightShows ?? RightCertificate)),
            answer);
    }

    /// <summary>With the handshake of DTLS in place of the scripted one.</summary>
    public static Pair<SessionEndpoint> CreateSecured(
        LinkOptions link,
        ulong seed = 1,
        Func<string, string>? edit = null,
        Func<string, string, string>? editAnswer = null,
        SctpOptions? sctp = null)
    {
        var (left, right) = (TestIdentity.Client, TestIdentity.Server);
        var entropy = new SplitMix(seed);
        return Create(
            link,
            seed,
            new End(left.Certificate.ToArray(), new DtlsHandshake(left, entropy)),
            new End(right.Certificate.ToArray(), new DtlsHandshake(right, entropy)),
            answer: true,
            edit,
            editAnswer,
            sctp);
    }

    /// <summary>A description as a peer writes it that knows no <c>a=sctp-init</c>.</summary>
    public static string WithoutSctpInit(string description) => WithSctpInit(description, null);

    /// <summary>A description with another <c>a=sctp-init</c>, or none.</summary>
    public static string WithSctpInit(string description, string? value) => string.Concat(
        description.Split("\r\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(line => !line.StartsWith("a=sctp-init:", StringComparison.Ordinal) ? line + "\r\n"
                : value is null ? "" : $"a=sctp-init:{value}\r\n"));

    public static Pair<SessionEndpoint> Connected(LinkOptions link, ulong seed = 1)
    {
        var pair = Create(link, seed);
        pair.RunUntil(() => pair.Left.Channels.Count == 1 && pair.Right.Channels.Count == 1, Soon, "connect");
        return pair;
    }

    private static Pair<SessionEndpoint> Create(
        LinkOptions link,
        ulong seed,
        End leftEnd,
        End rightEnd,
        bool answer,
        Func<string, string>? edit = null,
        Func<string, string, string>? editAnswer = null,
        SctpOptions? sctp = null)
    {
        sctp ??= new SctpOptions();
        var entropy = new SplitMix(seed);
        var (leftAddress, rightAddress) = (IcePair.Address("192.0.2.1"), IcePair.Address("198.51.100.1"));
        var left = RtcSession.CreateOffer(
            Start,
            Options(leftEnd.Certificate, leftAddress, sctp) with { Channels = [new() { Label = "llm" }] },
            leftEnd.Dtls,
            entropy);
        Assert.True(RtcSession.TryCreateAnswer(
            Start,
            edit?.Invoke(left.LocalDescription) ?? left.LocalDescription,
            Options(rightEnd.Certificate, rightAddress, sctp),
            rightEnd.Dtls,
            entropy,
            out var right,
            out _));
        var text = editAnswer?.Invoke(right.LocalDescription, left.LocalDescription) ?? right.LocalDescription;
        if (answer) Assert.True(left.TrySetAnswer(Start, text, out _));
        return new Pair<SessionEndpoint>(
            new SessionEndpoint(left, new NetworkPath(leftAddress, rightAddress)),
            new SessionEndpoint(right, new NetworkPath(rightAddress, leftAddress)),
            link,
            seed);
    }

    private static SessionOptions Options(byte[] certificate, TransportAddress address, SctpOptions sctp) => new()
    {
        Fingerprint = CertificateFingerprint.Of(certificate),
        Candidates = [IceCandidate.Host(address)],
        Sctp = sctp,
    };

    private readonly record struct End(byte[] Certificate, IDtls Dtls);
}
