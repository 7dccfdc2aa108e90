using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Dtls.Messages;

/// <summary>
/// A signature with the name of its algorithm (RFC 5246, section 4.7), alone in CertificateVerify and at the
/// end of ServerKeyExchange.
/// </summary>
internal readonly ref struct DigitalSignature
{
    /// <summary>The only algorithm that is offered and taken (RFC 8827, section 6.5).</summary>
    public const ushort EcdsaSecp256r1Sha256 = 0x0403;

    public ushort Algorithm { get; private init; }

    /// <summary>The signature, DER (RFC 8422, section 5.4).</summary>
    public ReadOnlySpan<byte> Signature { get; private init; }

    /// <summary>Reads a signature that ends its message.</summary>
    public static bool TryParse(scoped ref SpanReader reader, out DigitalSignature signature)
    {
        signature = default;
        if (!reader.TryReadUInt16(out var algorithm)) return false;
        if (!reader.TryReadVector16(out var bytes) || reader.Remaining > 0) return false;
        signature = new DigitalSignature { Algorithm = algorithm, Signature = bytes };
        return true;
    }

    public static void Write(ref SpanWriter writer, ReadOnlySpan<byte> signature)
    {
        writer.WriteUInt16(EcdsaSecp256r1Sha256);
        writer.WriteUInt16((ushort)signature.Length);
        writer.WriteBytes(signature);
    }
}
