using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Dtls.Messages;

/// <summary>The cookie that a server wants back (RFC 6347, section 4.2.1).</summary>
internal readonly ref struct HelloVerifyRequest
{
    public ReadOnlySpan<byte> Cookie { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> body, out HelloVerifyRequest request)
    {
        request = default;
        var reader = new SpanReader(body);
        if (!reader.TryReadUInt16(out var version) || version >> 8 != 0xFE) return false;
        if (!reader.TryReadVector8(out var cookie) || reader.Remaining > 0) return false;
        request = new HelloVerifyRequest { Cookie = cookie };
        return true;
    }
}
