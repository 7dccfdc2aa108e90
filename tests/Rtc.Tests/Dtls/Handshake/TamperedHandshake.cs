using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Dtls.Messages;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Tests.Simulation;

namespace QuicPair.Rtc.Tests.Dtls.Handshake;

/// <summary>
/// A handshake whose records somebody on the path rewrites, each time that they pass. No time passes: who
/// drops a record waits for ever.
/// </summary>
internal sealed class TamperedHandshake : IDisposable
{
    private static readonly ReferenceX25519 X25519 = new();

    private readonly DtlsEndpoint _client;
    private readonly DtlsEndpoint _server;
    private readonly byte[] _buffer = new byte[2_048];

    /// <summary>Between two ends of ours that agree in one group, and with one suite or whichever they like.</summary>
    public TamperedHandshake(NamedGroup group = NamedGroup.Secp256r1, CipherSuite? suite = null)
    {
        var entropy = new SplitMix(1);
        var x25519 = group == NamedGroup.X25519 ? X25519 : null;
        _client = new DtlsEndpoint(TestIdentity.Client with { X25519 = x25519 }, entropy, suite);
        _server = new DtlsEndpoint(TestIdentity.Server with { X25519 = x25519 }, entropy, suite);
    }

    /// <summary>Between a client of ours and a server that asks for a cookie.</summary>
    public TamperedHandshake(Func<DtlsIdentity, IEntropy, IDtls> server)
    {
        var entropy = new SplitMix(1);
        _client = new DtlsEndpoint(TestIdentity.Client, entropy);
        _server = new DtlsEndpoint(server(TestIdentity.Server, entropy));
    }

    /// <summary>What becomes of a record; all stay as they are by default.</summary>
    public Func<DtlsRole, byte[], byte[]> Rewrite { get; init; } = (_, record) => record;

    public DtlsState StateOf(DtlsRole role) => (role == DtlsRole.Client ? _client : _server).Transport.State;

    public DtlsFailure? FailureOf(DtlsRole role) =>
        (role == DtlsRole.Client ? _client : _server).Transport.Failure;

    public void Run()
    {
        var roundTrip = TimeSpan.FromMilliseconds(20);
        CertificateFingerprint[] client = [TestIdentity.Client.Fingerprint()];
        CertificateFingerprint[] server = [TestIdentity.Server.Fingerprint()];
        _server.Transport.Start(Instant.Start, new DtlsParameters(DtlsRole.Server, client, roundTrip));
        _client.Transport.Start(Instant.Start, new DtlsParameters(DtlsRole.Client, server, roundTrip));
        while (Move(DtlsRole.Client, _client, _server) | Move(DtlsRole.Server, _server, _client))
        {
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    private bool Move(DtlsRole role, DtlsEndpoint from, DtlsEndpoint to)
    {
        var moved = false;
        while (from.TryTransmit(Instant.Start, _buffer, out var length))
        {
            moved = true;
            foreach (var record in Records.Split(_buffer[..length]))
            {
                to.HandleDatagram(Instant.Start, Rewrite(role, record));
                to.TakeEvents(Instant.Start);
            }
        }

        return moved;
    }
}
