using System.Security.Cryptography;
using QuicPair.Rtc.Dtls.Messages;

namespace QuicPair.Rtc.Dtls.Handshake;

/// <summary>
/// The client of RFC 6347, figure 1, with certificates on both sides:
/// <code>
/// ClientHello            →
///                        ←  HelloVerifyRequest (not from a WebRTC peer)
/// ClientHello with cookie→
///                        ←  ServerHello, Certificate, ServerKeyExchange, CertificateRequest, ServerHelloDone
/// Certificate, ClientKeyExchange, CertificateVerify, change_cipher_spec, Finished →
///                        ←  change_cipher_spec, Finished
/// </code>
/// </summary>
internal sealed class ClientHandshake(HandshakeContext context) : IHandshakeRole
{
    // Ours: a cookie may run out once; asking for ever is no handshake.
    private const int CookiesMax = 3;

    private HandshakeType _expected = HandshakeType.ServerHello;
    private byte[] _peerKey = [];
    private int _cookies;

    public bool EndsFlight(HandshakeType type) => type == HandshakeType.ServerHelloDone;

    public void Start()
    {
        context.Entropy.Fill(context.ClientRandom);
        SendHello([]);
    }

    public AlertDescription? Check(in HandshakeMessage message, out bool isSaid)
    {
        isSaid = true;
        if (message.Type == HandshakeType.HelloVerifyRequest && _expected == HandshakeType.ServerHello)
        {
            isSaid = false;
            return CheckVerifyRequest(message.Body);
        }

        if (message.Type != _expected) return AlertDescription.UnexpectedMessage;
        return message.Type switch
        {
            HandshakeType.ServerHello => CheckServerHello(message.Body),
            HandshakeType.Certificate => context.AcceptCertificate(message.Body),
            HandshakeType.ServerKeyExchange => CheckServerKeyExchange(message.Body),
            HandshakeType.CertificateRequest => CheckCertificateRequest(message.Body),
            HandshakeType.ServerHelloDone => message.Body is [] ? null : AlertDescription.DecodeError,
            _ => context.CheckFinished(message.Body),
        };
    }

    public AlertDescription? Continue(HandshakeType type)
    {
        switch (type)
        {
            case HandshakeType.ServerHello:
                _expected = HandshakeType.Certificate;
                return null;
            case HandshakeType.Certificate:
                _expected = HandshakeType.ServerKeyExchange;
                return null;
            case HandshakeType.ServerKeyExchange:
                _expected = HandshakeType.CertificateRequest;
                return null;
            case HandshakeType.CertificateRequest:
                _expected = HandshakeType.ServerHelloDone;
                return null;
            case HandshakeType.ServerHelloDone:
                _expected = HandshakeType.Finished;
                return SendFlight();
            default:
                context.Flight.Clear();
                context.IsComplete = true;
                return null;
        }
    }

    private void SendHello(byte[] cookie) => context.Send(
        HandshakeType.ClientHello,
        (ref writer) => ClientHello.Write(
            ref writer, context.ClientRandom, cookie, context.Suites.AsSpan(), context.Identity.X25519 is not null));

    private AlertDescription? CheckVerifyRequest(ReadOnlySpan<byte> body)
    {
        if (!HelloVerifyRequest.TryParse(body, out var request)) return AlertDescription.DecodeError;
        if (++_cookies > CookiesMax) return AlertDescription.UnexpectedMessage;

        // RFC 6347, section 4.2.1: the second ClientHello has the same values as the first, and the cookie.
        context.StartAnew();
        SendHello(request.Cookie.ToArray());
        return null;
    }

    private AlertDescription? CheckServerHello(ReadOnlySpan<byte> body)
    {
        if (!ServerHello.TryParse(body, out var hello)) return AlertDescription.DecodeError;
        if (hello.Version != RecordHeader.Dtls12) return AlertDescription.ProtocolVersion;
        if (!context.Suites.Contains(hello.Suite)) return AlertDescription.IllegalParameter;

        // RFC 5246, section 7.4.1.4: a server answers extensions, it does not bring its own.
        if (!hello.Extensions.HasOnly(
            ExtensionType.ExtendedMasterSecret, ExtensionType.RenegotiationInfo, ExtensionType.EcPointFormats))
        {
            return AlertDescription.UnsupportedExtension;
        }

        if (!hello.Extensions.TryFind(ExtensionType.ExtendedMasterSecret, out var master) || !master.IsEmpty
            || !hello.Extensions.TryFind(ExtensionType.RenegotiationInfo, out var info) || info is not [0])
        {
            return AlertDescription.HandshakeFailure;
        }

        hello.Random.CopyTo(context.ServerRandom);
        context.Suite = hello.Suite;
        return null;
    }

    private AlertDescription? CheckServerKeyExchange(ReadOnlySpan<byte> body)
    {
        if (!ServerKeyExchange.TryParse(body, out var exchange)) return AlertDescription.DecodeError;
        byte[] signed = [.. context.ClientRandom, .. context.ServerRandom, .. exchange.Parameters];
        if (!context.Peer!.HasSigned(signed, exchange.Signature)) return AlertDescription.DecryptError;
        context.Share = KeyShare.Create(exchange.Group, context.Identity.X25519, context.Entropy);
        _peerKey = exchange.PublicKey.ToArray();
        return context.Share is null ? AlertDescription.IllegalParameter : null;
    }

    private static AlertDescription? CheckCertificateRequest(ReadOnlySpan<byte> body) =>
        !CertificateRequest.TryParse(body, out var request) ? AlertDescription.DecodeError
        : request.TakesEcdsaSha256 ? null
        : AlertDescription.HandshakeFailure;

    private AlertDescription? SendFlight()
    {
        Span<byte> premaster = stackalloc byte[KeyShare.SecretLength];
        var share = context.Share!;
        if (!share.TryAgree(_peerKey, premaster)) return AlertDescription.IllegalParameter;

        context.Flight.Clear();
        context.SendCertificate();
        context.Send(HandshakeType.ClientKeyExchange, (ref writer) =>
        {
            writer.WriteByte((byte)share.PublicKey.Length);
            writer.WriteBytes(share.PublicKey);
        });
        context.DeriveKeys(premaster);
        CryptographicOperations.ZeroMemory(premaster);
        var signature = context.Sign(context.Transcript.Bytes);
        context.Send(
            HandshakeType.CertificateVerify, (ref writer) => DigitalSignature.Write(ref writer, signature));
        context.SendFinished();
        return null;
    }
}
