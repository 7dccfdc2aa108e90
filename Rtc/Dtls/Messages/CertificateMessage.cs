using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Dtls.Messages;

/// <summary>
/// A Certificate message (RFC 5246, section 7.4.2). Only the first certificate counts: it signs itself and is
/// known by its fingerprint, so what would certify it is of no use.
/// </summary>
internal readonly ref struct CertificateMessage
{
    /// <summary>The sender's certificate, DER.</summary>
    public ReadOnlySpan<byte> Certificate { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> body, out CertificateMessage message)
    {
        message = default;
        var reader = new SpanReader(body);
        if (!reader.TryReadVector24(out var list) || reader.Remaining > 0) return false;
        var certificates = new SpanReader(list);
        if (!certificates.TryReadVector24(out var first) || first.IsEmpty) return false;
        while (certificates.Remaining > 0)
        {
            if (!certificates.TryReadVector24(out _)) return false;
        }

        message = new CertificateMessage { Certificate = first };
        return true;
    }

    public static void Write(ref SpanWriter writer, ReadOnlySpan<byte> certificate)
    {
        writer.WriteUInt24(certificate.Length + 3);
        writer.WriteUInt24(certificate.Length);
        writer.WriteBytes(certificate);
    }
}
