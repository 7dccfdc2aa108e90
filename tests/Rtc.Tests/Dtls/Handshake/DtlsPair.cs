using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Dtls.Messages;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Dtls.Handshake;

/// <summary>Makes pairs of DTLS ends: left is the client.</summary>
internal static class DtlsPair
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(29);

    public static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(20);

    public static Pair<DtlsEndpoint> Create(
        LinkOptions? link = null,
        ulong seed = 1,
        DtlsIdentity? client = null,
        DtlsIdentity? server = null,
        CipherSuite? suite = null)
    {
        (client, server) = (client ?? TestIdentity.Client, server ?? TestIdentity.Server);
        var entropy = new SplitMix(seed);
        return new Pair<DtlsEndpoint>(
            new DtlsEndpoint(client, entropy, suite),
            new DtlsEndpoint(server, entropy, suite),
            link ?? LinkOptions.Clean(RoundTrip / 2),
            seed);
    }

    public static void Start(
        this Pair<DtlsEndpoint> pair,
        CertificateFingerprint? expectedClient = null,
        CertificateFingerprint? expectedServer = null)
    {
        expectedClient ??= TestIdentity.Client.Fingerprint();
        expectedServer ??= TestIdentity.Server.Fingerprint();
        pair.Right.Transport.Start(pair.Now, new DtlsParameters(DtlsRole.Server, [expectedClient], RoundTrip));
        pair.Left.Transport.Start(pair.Now, new DtlsParameters(DtlsRole.Client, [expectedServer], RoundTrip));
    }

    public static void Connect(this Pair<DtlsEndpoint> pair)
    {
        pair.Start();
        pair.RunUntil(() => pair.AreBoth(DtlsState.Connected), Soon, "connect");
    }

    public static bool AreBoth(this Pair<DtlsEndpoint> pair, DtlsState state) =>
        pair.Left.Transport.State == state && pair.Right.Transport.State == state;

    public static void AssertTalk(this Pair<DtlsEndpoint> pair)
    {
        pair.Left.Send("ping"u8);
        pair.Right.Send("pong"u8);
        pair.RunFor(TimeSpan.FromSeconds(1));
        Assert.Contains(pair.Right.Received, message => message.AsSpan().SequenceEqual("ping"u8));
        Assert.Contains(pair.Left.Received, message => message.AsSpan().SequenceEqual("pong"u8));
    }
}
