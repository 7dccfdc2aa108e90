using System.Buffers.Binary;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Dtls.Messages;

/// <summary>
/// The extensions of a hello (RFC 5246, section 7.4.1.4): each at most once, all of them within the message.
/// </summary>
internal readonly ref struct ExtensionReader
{
    private readonly ReadOnlySpan<byte> _block;

    private ExtensionReader(ReadOnlySpan<byte> block) => _block = block;

    /// <summary>
    /// Reads what is left of a hello: nothing, or one block of well-formed extensions to its end.
    /// </summary>
    public static bool TryParse(scoped ref SpanReader reader, out ExtensionReader extensions)
    {
        extensions = default;
        if (reader.Remaining == 0) return true;
        if (!reader.TryReadVector16(out var block) || reader.Remaining > 0) return false;
        extensions = new ExtensionReader(block);
        return extensions.IsWellFormed();
    }

    /// <summary>Finds one.</summary>
    public bool TryFind(ExtensionType wanted, out ReadOnlySpan<byte> body)
    {
        var reader = new SpanReader(_block);
        while (TryReadNext(ref reader, out var type, out body))
        {
            if (type == (ushort)wanted) return true;
        }

        body = default;
        return false;
    }

    /// <summary>Whether there is none but these.</summary>
    public bool HasOnly(params ReadOnlySpan<ExtensionType> known)
    {
        var reader = new SpanReader(_block);
        while (TryReadNext(ref reader, out var type, out _))
        {
            if (!known.Contains((ExtensionType)type)) return false;
        }

        return true;
    }

    /// <summary>
    /// Whether a list of two-byte numbers behind its own length holds <paramref name="number"/>.
    /// </summary>
    public static bool ListHolds(ReadOnlySpan<byte> body, ushort number, int lengthBytes = sizeof(ushort))
    {
        var reader = new SpanReader(body);
        var isWhole = lengthBytes == 1
            ? reader.TryReadVector8(out var list)
            : reader.TryReadVector16(out list);
        if (!isWhole || reader.Remaining > 0 || list.Length % sizeof(ushort) != 0) return false;
        for (; !list.IsEmpty; list = list[sizeof(ushort)..])
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(list) == number) return true;
        }

        return false;
    }

    private static bool TryReadNext(scoped ref SpanReader reader, out ushort type, out ReadOnlySpan<byte> body)
    {
        body = default;
        return reader.TryReadUInt16(out type) && reader.TryReadVector16(out body);
    }

    // RFC 5246, section 7.4.1.4: "There MUST NOT be more than one extension of the same type."
    private bool IsWellFormed()
    {
        // Ours: browsers send about twenty; comparing each with each must stay cheap.
        const int most = 64;
        Span<ushort> seen = stackalloc ushort[most];
        var count = 0;
        var reader = new SpanReader(_block);
        while (reader.Remaining > 0)
        {
            if (count == most || !TryReadNext(ref reader, out var type, out _)) return false;
            if (seen[..count].Contains(type)) return false;
            seen[count++] = type;
        }

        return true;
    }
}
