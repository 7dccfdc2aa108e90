using System.Collections.Immutable;
using System.Security.Cryptography;
using QuicPair.Rtc.Dtls.Messages;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Dtls.Handshake;

/// <summary>What client and server share: what was said, what was agreed, and what is to be sent.</summary>
internal sealed class HandshakeContext(
    DtlsIdentity identity, IEntropy entropy, DtlsParameters parameters, ImmutableArray<CipherSuite> suites)
    : IDisposable
{
    // A certificate of ours, and the head of its message.
    private const int LongestOwnMessage = 4_200;

    private ushort _nextSequence;

    public delegate void MessageWriter(ref SpanWriter writer);

    public DtlsIdentity Identity { get; } = identity;

    public IEntropy Entropy { get; } = entropy;

    public DtlsParameters Parameters { get; } = parameters;

    /// <summary>The suites that this end speaks, the preferred one first.</summary>
    public ImmutableArray<CipherSuite> Suites { get; } = suites;

    public Transcript Transcript { get; } = new();

    public Flight Flight { get; } = new();

    public byte[] ClientRandom { get; } = new byte[ClientHello.RandomLength];

    public byte[] ServerRandom { get; } = new byte[ClientHello.RandomLength];

    public CipherSuite Suite { get; set; }

    /// <summary>Our ephemeral key, as long as it is needed.</summary>
    public KeyShare? Share { get; set; }

    /// <summary>Null until the peer has shown the certificate that was promised.</summary>
    public PeerIdentity? Peer { get; private set; }

    /// <summary>Null until both key shares are known.</summary>
    public KeySchedule? Schedule { get; private set; }

    /// <summary>Null until <see cref="Schedule"/> is there.</summary>
    public RecordLayer? Records { get; private set; }

    /// <summary>Whether our Finished is in the flight: from now on this end writes in epoch 1.</summary>
    public bool HasFinished { get; private set; }

    /// <summary>Whether the peer's Finished was right and ours is sent.</summary>
    public bool IsComplete { get; set; }

    /// <summary>Why the peer's certificate was refused.</summary>
    public DtlsFailure? Refusal { get; private set; }

    /// <summary>Adds a message to what was said and to the flight.</summary>
    public void Send(HandshakeType type, MessageWriter write)
    {
        var buffer = new byte[LongestOwnMessage];
        var writer = new SpanWriter(buffer);
        write(ref writer);
        var message = new HandshakeMessage(type, _nextSequence++, writer.Written.ToArray());
        Transcript.Add(type, message.Sequence, message.Body);
        Flight.Add(message, isProtected: false);
    }

    /// <summary>Adds change_cipher_spec and Finished.</summary>
    public void SendFinished()
    {
        var body = new byte[KeySchedule.VerifyDataLength];
        Schedule!.WriteVerifyData(Parameters.Role, Transcript.Bytes, body);
        var message = new HandshakeMessage(HandshakeType.Finished, _nextSequence++, body);
        Transcript.Add(message.Type, message.Sequence, message.Body);
        Flight.AddChangeCipherSpec();
        Flight.Add(message, isProtected: true);
        HasFinished = true;
    }

    public void SendCertificate() => Send(
        HandshakeType.Certificate,
        (ref writer) => CertificateMessage.Write(ref writer, Identity.Certificate.Span));

    /// <summary>Signs with the key of our certificate.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data) => Identity.Key.SignData(
        data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>Takes the peer's certificate if it is the promised one.</summary>
    public AlertDescription? AcceptCertificate(ReadOnlySpan<byte> body)
    {
        if (!CertificateMessage.TryParse(body, out var message)) return AlertDescription.DecodeError;
        Peer = PeerIdentity.TryAccept(message.Certificate, Parameters.PeerFingerprints, out var failure);
        if (Peer is not null) return null;
        Refusal = failure;
        return AlertDescription.BadCertificate;
    }

    /// <summary>
    /// Agrees on the secret and derives keys. The transcript must end with ClientKeyExchange.
    /// </summary>
    public void DeriveKeys(ReadOnlySpan<byte> premaster)
    {
        Schedule = new KeySchedule(Suite, premaster, Transcript.Bytes);
        var keys = Schedule.DeriveKeys(Parameters.Role, ClientRandom, ServerRandom);
        Records = new RecordLayer(keys);
        Share?.Dispose();
        Share = null;
    }

    /// <summary>Whether the peer's Finished closes over exactly what was said (RFC 5246, 7.4.9).</summary>
    public AlertDescription? CheckFinished(ReadOnlySpan<byte> body)
    {
        Span<byte> expected = stackalloc byte[KeySchedule.VerifyDataLength];
        var peer = Parameters.Role == DtlsRole.Client ? DtlsRole.Server : DtlsRole.Client;
        Schedule!.WriteVerifyData(peer, Transcript.Bytes, expected);
        return CryptographicOperations.FixedTimeEquals(expected, body) ? null : AlertDescription.DecryptError;
    }

    /// <summary>Forgets what was said before a cookie was asked for (RFC 6347, section 4.2.1).</summary>
    public void StartAnew()
    {
        Transcript.Clear();
        Flight.Clear();
    }

    /// <summary>Erases the secrets that only the handshake needs.</summary>
    public void EraseSecrets()
    {
        Share?.Dispose();
        Schedule?.Dispose();
        Share = null;
    }

    public void Dispose()
    {
        EraseSecrets();
        Peer?.Dispose();
        Records?.Dispose();
    }
}
