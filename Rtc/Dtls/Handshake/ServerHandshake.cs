using System.Security.Cryptography;
using QuicPair.Rtc.Dtls.Messages;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Dtls.Handshake;

/// <summary>
/// The server of RFC 6347, figure 1. It asks for no cookie: the datagrams come from an address that ICE has
/// checked, which is what a cookie would prove.
/// </summary>
internal sealed class ServerHandshake(HandshakeContext context) : IHandshakeRole
{
    private HandshakeType _expected = HandshakeType.ClientHello;

    public bool EndsFlight(HandshakeType type) => type is HandshakeType.ClientHello or HandshakeType.Finished;

    public void Start()
    {
    }

    public AlertDescription? Check(in HandshakeMessage message, out bool isSaid)
    {
        isSaid = true;
        if (message.Type != _expected) return AlertDescription.UnexpectedMessage;
        return message.Type switch
        {
            HandshakeType.ClientHello => CheckClientHello(message.Body),
            HandshakeType.Certificate => context.AcceptCertificate(message.Body),
            HandshakeType.ClientKeyExchange => CheckClientKeyExchange(message.Body),
            HandshakeType.CertificateVerify => CheckCertificateVerify(message.Body),
            _ => context.CheckFinished(message.Body),
        };
    }

    public AlertDescription? Continue(HandshakeType type)
    {
        switch (type)
        {
            case HandshakeType.ClientHello:
                _expected = HandshakeType.Certificate;
                SendFlight();
                return null;
            case HandshakeType.Certificate:
                _expected = HandshakeType.ClientKeyExchange;
                return null;
            case HandshakeType.ClientKeyExchange:
                _expected = HandshakeType.CertificateVerify;
                return Agree();
            case HandshakeType.CertificateVerify:
                _expected = HandshakeType.Finished;
                return null;
            default:
                context.Flight.Clear();
                context.SendFinished();
                context.IsComplete = true;
                return null;
        }
    }

    private AlertDescription? CheckClientHello(ReadOnlySpan<byte> body)
    {
        if (!ClientHello.TryParse(body, out var hello)) return AlertDescription.DecodeError;
        if (!hello.SpeaksDtls12) return AlertDescription.ProtocolVersion;

        // The key comes last: for a hello that is refused none is made.
        if (TryChooseSuite(hello) is not { } suite
            || !hello.HasExtendedMasterSecret
            || !hello.IsFirstHandshake
            || !hello.ChecksEcdsaSha256
            || !hello.ReadsUncompressedPoints
            || TryChooseGroup(hello) is not { } share)
        {
            return AlertDescription.HandshakeFailure;
        }

        hello.Random.CopyTo(context.ClientRandom);
        (context.Suite, context.Share) = (suite, share);
        return null;
    }

    private CipherSuite? TryChooseSuite(in ClientHello hello)
    {
        foreach (var suite in context.Suites)
        {
            if (hello.Offers(suite)) return suite;
        }

        return null;
    }

    private KeyShare? TryChooseGroup(in ClientHello hello)
    {
        var (x25519, entropy) = (context.Identity.X25519, context.Entropy);
        var share = hello.Offers(NamedGroup.X25519) ? KeyShare.Create(NamedGroup.X25519, x25519, entropy) : null;
        if (share is not null || !hello.Offers(NamedGroup.Secp256r1)) return share;
        return KeyShare.Create(NamedGroup.Secp256r1, x25519, entropy);
    }

    private void SendFlight()
    {
        context.Entropy.Fill(context.ServerRandom);
        context.Flight.Clear();
        context.Send(
            HandshakeType.ServerHello,
            (ref writer) => ServerHello.Write(ref writer, context.ServerRandom, context.Suite));
        context.SendCertificate();
        context.Send(HandshakeType.ServerKeyExchange, WriteKeyExchange);
        context.Send(HandshakeType.CertificateRequest, CertificateRequest.Write);
        context.Send(HandshakeType.ServerHelloDone, (ref _) => { });
    }

    private void WriteKeyExchange(ref SpanWriter writer)
    {
        var share = context.Share!;
        ServerKeyExchange.WriteParameters(ref writer, share.Group, share.PublicKey);
        byte[] signed = [.. context.ClientRandom, .. context.ServerRandom, .. writer.Written];
        DigitalSignature.Write(ref writer, context.Sign(signed));
    }

    private byte[] _peerKey = [];

    private AlertDescription? CheckClientKeyExchange(ReadOnlySpan<byte> body)
    {
        var reader = new SpanReader(body);
        if (!reader.TryReadVector8(out var key) || reader.Remaining > 0) return AlertDescription.DecodeError;
        _peerKey = key.ToArray();
        return null;
    }

    private AlertDescription? Agree()
    {
        Span<byte> premaster = stackalloc byte[KeyShare.SecretLength];
        if (!context.Share!.TryAgree(_peerKey, premaster)) return AlertDescription.IllegalParameter;
        context.DeriveKeys(premaster);
        CryptographicOperations.ZeroMemory(premaster);
        return null;
    }

    // RFC 5246, section 7.4.8: the client signs everything that was said before.
    private AlertDescription? CheckCertificateVerify(ReadOnlySpan<byte> body)
    {
        var reader = new SpanReader(body);
        if (!DigitalSignature.TryParse(ref reader, out var signature)) return AlertDescription.DecodeError;
        return context.Peer!.HasSigned(context.Transcript.Bytes, signature) ? null : AlertDescription.DecryptError;
    }
}
