using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Dtls.Messages;

/// <summary>The server's key share, signed (RFC 8422, section 5.4).</summary>
internal readonly ref struct ServerKeyExchange
{
    private const byte NamedCurve = 3;

    public NamedGroup Group { get; private init; }

    public ReadOnlySpan<byte> PublicKey { get; private init; }

    /// <summary>What is signed, behind both random numbers.</summary>
    public ReadOnlySpan<byte> Parameters { get; private init; }

    public DigitalSignature Signature { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> body, out ServerKeyExchange exchange)
    {
        exchange = default;
        var reader = new SpanReader(body);
        if (!reader.TryReadByte(out var curveType)
            || curveType != NamedCurve
            || !reader.TryReadUInt16(out var group)
            || !reader.TryReadVector8(out var publicKey))
        {
            return false;
        }

        var parameters = body[..reader.Position];
        if (!DigitalSignature.TryParse(ref reader, out var signature)) return false;
        exchange = new ServerKeyExchange
        {
            Group = (NamedGroup)group,
            PublicKey = publicKey,
            Parameters = parameters,
            Signature = signature,
        };
        return true;
    }

    public static void WriteParameters(ref SpanWriter writer, NamedGroup group, ReadOnlySpan<byte> publicKey)
    {
        writer.WriteByte(NamedCurve);
        writer.WriteUInt16((ushort)group);
        writer.WriteByte((byte)publicKey.Length);
        writer.WriteBytes(publicKey);
    }
}
