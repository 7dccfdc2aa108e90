using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Dtls.Messages;

/// <summary>A ServerHello (RFC 5246, section 7.4.1.3).</summary>
internal readonly ref struct ServerHello
{
    public ushort Version { get; private init; }

    public ReadOnlySpan<byte> Random { get; private init; }

    public CipherSuite Suite { get; private init; }

    public ExtensionReader Extensions { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> body, out ServerHello hello)
    {
        hello = default;
        var reader = new SpanReader(body);
        if (!reader.TryReadUInt16(out var version)
            || !reader.TryReadBytes(ClientHello.RandomLength, out var random)
            || !reader.TryReadVector8(out var session)
            || session.Length > 32
            || !reader.TryReadUInt16(out var suite)
            || !reader.TryReadByte(out var compression)
            || compression != 0
            || !ExtensionReader.TryParse(ref reader, out var extensions))
        {
            return false;
        }

        hello = new ServerHello
        {
            Version = version,
            Random = random,
            Suite = (CipherSuite)suite,
            Extensions = extensions,
        };
        return true;
    }

    /// <summary>
    /// Writes our answer: no session id, so nothing can be resumed; no compression; what RFC 7627 and RFC 5746
    /// want to hear.
    /// </summary>
    public static void Write(ref SpanWriter writer, ReadOnlySpan<byte> random, CipherSuite suite)
    {
        writer.WriteUInt16(RecordHeader.Dtls12);
        writer.WriteBytes(random);
        writer.WriteByte(0);
        writer.WriteUInt16((ushort)suite);
        writer.WriteByte(0);
        writer.WriteUInt16(4 + 5);
        writer.WriteUInt16((ushort)ExtensionType.ExtendedMasterSecret);
        writer.WriteUInt16(0);
        writer.WriteUInt16((ushort)ExtensionType.RenegotiationInfo);
        writer.WriteUInt16(1);
        writer.WriteByte(0);
    }
}
