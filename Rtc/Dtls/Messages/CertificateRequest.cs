using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Dtls.Messages;

/// <summary>The server wants to see the client's certificate (RFC 5246, section 7.4.4).</summary>
internal readonly ref struct CertificateRequest
{
    // RFC 8422, section 5.5.
    private const byte EcdsaSign = 64;

    /// <summary>Whether a certificate like ours will do.</summary>
    public bool TakesEcdsaSha256 { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> body, out CertificateRequest request)
    {
        request = default;
        var reader = new SpanReader(body);
        if (!reader.TryReadVector8(out var types)) return false;
        var start = reader.Position;
        if (!reader.TryReadVector16(out _)) return false;
        var schemes = body[start..reader.Position];
        if (!reader.TryReadVector16(out _) || reader.Remaining > 0) return false;
        request = new CertificateRequest
        {
            TakesEcdsaSha256 = types.Contains(EcdsaSign)
                && ExtensionReader.ListHolds(schemes, DigitalSignature.EcdsaSecp256r1Sha256),
        };
        return true;
    }

    public static void Write(ref SpanWriter writer)
    {
        writer.WriteByte(1);
        writer.WriteByte(EcdsaSign);
        writer.WriteUInt16(sizeof(ushort));
        writer.WriteUInt16(DigitalSignature.EcdsaSecp256r1Sha256);
        writer.WriteUInt16(0);
    }
}
