using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Session;
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
        var entropy = new SplitMix(seed);
        var (leftAddress, rightAddress) = (IcePair.Address("192.0.2.1"), IcePair.Address("198.51.100.1"));
        var left = RtcSession.CreateOffer(
            Start,
            Options(LeftCertificate, leftAddress) with { Channels = [new() { Label = "llm" }] },
            new ScriptedDtls(LeftCertificate),
            entropy);
        Assert.True(RtcSession.TryCreateAnswer(
            Start,
            left.LocalDescription,
            Options(RightCertificate, rightAddress),
            new ScriptedDtls(rightShows ?? RightCertificate),
            entropy,
            out var right,
            out _));
        if (answer) Assert.True(left.TrySetAnswer(Start, right.LocalDescription, out _));
        return new Pair<SessionEndpoint>(
            new SessionEndpoint(left, new NetworkPath(leftAddress, rightAddress)),
            new SessionEndpoint(right, new NetworkPath(rightAddress, leftAddress)),
            link,
            seed);
    }

    public static Pair<SessionEndpoint> Connected(LinkOptions link, ulong seed = 1)
    {
        var pair = Create(link, seed);
        pair.RunUntil(() => pair.Left.Channels.Count == 1 && pair.Right.Channels.Count == 1, Soon, "connect");
        return pair;
    }

    private static SessionOptions Options(byte[] certificate, TransportAddress address) => new()
    {
        Fingerprint = CertificateFingerprint.Of(certificate),
        Candidates = [IceCandidate.Host(address)],
    };
}
