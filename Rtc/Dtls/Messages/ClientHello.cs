using System.Buffers.Binary;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Dtls.Messages;

/// <summary>
/// A ClientHello (RFC 5246, section 7.4.1.2; the cookie: RFC 6347, section 4.2.1). A client of DTLS 1.3 sends
/// the same shape with more extensions, which are ignored.
/// </summary>
internal readonly ref struct ClientHello
{
    /// <summary>Bytes of the random number of a hello.</summary>
    public const int RandomLength = 32;

    // RFC 5746, section 3.3: stands for an empty renegotiation_info.
    private const ushort EmptyRenegotiationInfo = 0x00FF;

    public ReadOnlySpan<byte> Random { get; private init; }

    public ReadOnlySpan<byte> CipherSuites { get; private init; }

    /// <summary>Whether the client speaks DTLS 1.2, perhaps among others.</summary>
    public bool SpeaksDtls12 { get; private init; }

    /// <summary>Whether extended_master_secret is offered (RFC 7627).</summary>
    public bool HasExtendedMasterSecret { get; private init; }

    /// <summary>Whether renegotiation_info is offered, and is empty as it has to be at first.</summary>
    public bool IsFirstHandshake { get; private init; }

    /// <summary>Whether the client can check ecdsa_secp256r1_sha256.</summary>
    public bool ChecksEcdsaSha256 { get; private init; }

    /// <summary>Whether the client reads uncompressed points, as all do (RFC 8422, section 5.1.2).</summary>
    public bool ReadsUncompressedPoints { get; private init; }

    private ReadOnlySpan<byte> Groups { get; init; }

    public bool Offers(CipherSuite suite) => Holds(CipherSuites, (ushort)suite);

    /// <summary>
    /// Whether the client computes in <paramref name="group"/>. One that names none leaves the choice free
    /// (RFC 8422, section 4); P-256 is what everybody has.
    /// </summary>
    public bool Offers(NamedGroup group) => Groups.IsEmpty
        ? group == NamedGroup.Secp256r1
        : ExtensionReader.ListHolds(Groups, (ushort)group);

    public static bool TryParse(ReadOnlySpan<byte> body, out ClientHello hello)
    {
        hello = default;
        var reader = new SpanReader(body);
        if (!reader.TryReadUInt16(out var version)
            || !reader.TryReadBytes(RandomLength, out var random)
            || !reader.TryReadVector8(out var session)
            || session.Length > 32
            || !reader.TryReadVector8(out _)
            || !reader.TryReadVector16(out var suites)
            || suites.IsEmpty || suites.Length % sizeof(ushort) != 0
            || !reader.TryReadVector8(out var compressions)
            || !compressions.Contains((byte)0)
            || !ExtensionReader.TryParse(ref reader, out var extensions))
        {
            return false;
        }

        var renegotiation = extensions.TryFind(ExtensionType.RenegotiationInfo, out var info)
            ? info is [0]
            : Holds(suites, EmptyRenegotiationInfo);
        var versions = extensions.TryFind(ExtensionType.SupportedVersions, out var list)
            ? ExtensionReader.ListHolds(list, RecordHeader.Dtls12, lengthBytes: 1)
            : version >> 8 == 0xFE && version <= RecordHeader.Dtls12;
        _ = extensions.TryFind(ExtensionType.SupportedGroups, out var groups);
        hello = new ClientHello
        {
            Random = random,
            CipherSuites = suites,
            SpeaksDtls12 = versions,
            HasExtendedMasterSecret =
                extensions.TryFind(ExtensionType.ExtendedMasterSecret, out var master) && master.IsEmpty,
            IsFirstHandshake = renegotiation,
            ChecksEcdsaSha256 = extensions.TryFind(ExtensionType.SignatureAlgorithms, out var schemes)
                && ExtensionReader.ListHolds(schemes, DigitalSignature.EcdsaSecp256r1Sha256),
            ReadsUncompressedPoints = !extensions.TryFind(ExtensionType.EcPointFormats, out var formats)
                || (formats.Length > 1 && formats[0] == formats.Length - 1 && formats[1..].Contains((byte)0)),
            Groups = groups,
        };
        return true;
    }

    /// <summary>Writes what we offer.</summary>
    public static void Write(
        ref SpanWriter writer,
        ReadOnlySpan<byte> random,
        ReadOnlySpan<byte> cookie,
        ReadOnlySpan<CipherSuite> suites,
        bool hasX25519)
    {
        writer.WriteUInt16(RecordHeader.Dtls12);
        writer.WriteBytes(random);
        writer.WriteByte(0);
        writer.WriteByte((byte)cookie.Length);
        writer.WriteBytes(cookie);
        writer.WriteUInt16((ushort)(suites.Length * sizeof(ushort)));
        foreach (var suite in suites) writer.WriteUInt16((ushort)suite);

        // One compression method: none.
        writer.WriteUInt16(0x0100);

        var groups = hasX25519 ? 2 : 1;
        writer.WriteUInt16((ushort)(4 + 5 + (4 + 2 + (2 * groups)) + 6 + 8));
        WriteExtension(ref writer, ExtensionType.ExtendedMasterSecret, 0);
        WriteExtension(ref writer, ExtensionType.RenegotiationInfo, 1);
        writer.WriteByte(0);
        WriteExtension(ref writer, ExtensionType.SupportedGroups, 2 + (2 * groups));
        if (hasX25519) WriteNumbers(ref writer, (ushort)NamedGroup.X25519, (ushort)NamedGroup.Secp256r1);
        else WriteNumbers(ref writer, (ushort)NamedGroup.Secp256r1);
        WriteExtension(ref writer, ExtensionType.EcPointFormats, 2);
        writer.WriteUInt16(0x0100);
        WriteExtension(ref writer, ExtensionType.SignatureAlgorithms, 4);
        WriteNumbers(ref writer, DigitalSignature.EcdsaSecp256r1Sha256);
    }

    private static void WriteExtension(ref SpanWriter writer, ExtensionType type, int length)
    {
        writer.WriteUInt16((ushort)type);
        writer.WriteUInt16((ushort)length);
    }

    private static void WriteNumbers(ref SpanWriter writer, params ReadOnlySpan<ushort> numbers)
    {
        writer.WriteUInt16((ushort)(numbers.Length * sizeof(ushort)));
        foreach (var number in numbers) writer.WriteUInt16(number);
    }

    private static bool Holds(ReadOnlySpan<byte> numbers, ushort wanted)
    {
        for (; numbers.Length >= sizeof(ushort); numbers = numbers[sizeof(ushort)..])
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(numbers) == wanted) return true;
        }

        return false;
    }
}
