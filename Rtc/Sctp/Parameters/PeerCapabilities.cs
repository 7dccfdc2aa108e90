using QuicPair.Rtc.Sctp.Chunks;

namespace QuicPair.Rtc.Sctp.Parameters;

/// <summary>What the peer announced in its INIT or INIT ACK, apart from its cookie.</summary>
/// <param name="ForwardTsn">It understands FORWARD TSN (RFC 3758 section 3.1).</param>
/// <param name="Reconfig">It understands RE-CONFIG (RFC 6525 section 3, through RFC 5061 section
/// 4.2.7).</param>
/// <param name="ZeroChecksum">
/// It takes packets without a checksum, because DTLS protects them (RFC 9653 section 4).
/// </param>
internal readonly record struct PeerCapabilities(bool ForwardTsn, bool Reconfig, bool ZeroChecksum)
{
    /// <summary>
    /// Our own announcement: FORWARD-TSN-Supported, both chunk types as supported extensions, and no need of a
    /// checksum over DTLS, whose error detection method identifier is 1.
    /// </summary>
    public static ReadOnlySpan<byte> Announcement =>
    [
        0xC0, 0x00, 0x00, 0x04,
        0x80, 0x08, 0x00, 0x06, (byte)ChunkType.Reconfig, (byte)ChunkType.ForwardTsn, 0x00, 0x00,
        0x80, 0x01, 0x00, 0x08, 0x00, 0x00, 0x00, 0x01,
    ];

    /// <summary>What <see cref="Announcement"/> says.</summary>
    public static PeerCapabilities Own => new(ForwardTsn: true, Reconfig: true, ZeroChecksum: true);

    /// <summary>
    /// Reads the parameters. What is unknown and asks to be reported is copied to
    /// <paramref name="unrecognized"/> as far as it fits; <paramref name="unrecognizedLength"/> bytes of it
    /// are used.
    /// </summary>
    public static bool TryParse(
        ReadOnlySpan<byte> parameters,
        out PeerCapabilities capabilities,
        out ReadOnlySpan<byte> cookie,
        Span<byte> unrecognized,
        out int unrecognizedLength)
    {
        capabilities = default;
        cookie = default;
        unrecognizedLength = 0;
        var reader = new ParameterReader(parameters);
        while (reader.HasMore)
        {
            if (!reader.TryRead(out var type, out var parameter))
            {
                return false;
            }

            switch (type)
            {
                case ParameterType.ForwardTsnSupported:
                    capabilities = capabilities with { ForwardTsn = true };
                    break;
                case ParameterType.SupportedExtensions:
                    capabilities = capabilities.With(parameter[ParameterReader.HeaderLength..]);
                    break;
                case ParameterType.ZeroChecksumAcceptable:
                    var isOverDtls = parameter[ParameterReader.HeaderLength..].SequenceEqual(OverDtls);
                    capabilities = capabilities with { ZeroChecksum = isOverDtls };
                    break;
                case ParameterType.StateCookie:
                    cookie = parameter[ParameterReader.HeaderLength..];
                    break;
                default:
                    if (IsKnown((ushort)type))
                    {
                        break;
                    }

                    // Bit 14: "report in an 'Unrecognized Parameter'"; bit 15 clear: "stop processing".
                    unrecognizedLength += Report((ushort)type, parameter, unrecognized[unrecognizedLength..]);
                    if (((ushort)type & 0x8000) == 0)
                    {
                        return true;
                    }

                    break;
            }
        }

        return true;
    }

    private static ReadOnlySpan<byte> OverDtls => [0, 0, 0, 1];

    private PeerCapabilities With(ReadOnlySpan<byte> extensions) => this with
    {
        ForwardTsn = ForwardTsn || extensions.Contains((byte)ChunkType.ForwardTsn),
        Reconfig = Reconfig || extensions.Contains((byte)ChunkType.Reconfig),
    };

    // Addresses, cookie preservative, host name, address types, ECN, random, chunk list, hash list,
    // adaptation: nothing to do for any of them over DTLS.
    private static bool IsKnown(ushort type) =>
        type is 5 or 6 or 8 or 9 or 11 or 12 or 0x8000 or 0x8002 or 0x8003 or 0x8004 or 0xC006;

    private static int Report(ushort type, ReadOnlySpan<byte> parameter, Span<byte> destination)
    {
        var needed = Padding.Pad(ParameterReader.HeaderLength + parameter.Length);
        return (type & 0x4000) == 0 || needed > destination.Length
            ? 0
            : ParameterReader.Write(destination, ParameterType.UnrecognizedParameter, parameter);
    }
}
