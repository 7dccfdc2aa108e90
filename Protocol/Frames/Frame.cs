using System.Buffers.Binary;

namespace QuicPair.Protocol.Frames;

/// <summary>
/// The plaintext of one data message (QP/1 section 6).
/// <code>
/// kind u8 | flags u8 (bit 0 last) | length u16 | content | zeros
/// </code>
/// </summary>
public readonly ref struct Frame
{
    /// <summary>Bytes in front of the content.</summary>
    public const int HeaderLength = 4;

    /// <summary>The longest content of a ping or pong, in bytes.</summary>
    public const int MaxPing = 64;

    private const byte LastFlag = 0x01;

    private Frame(FrameKind kind, bool isLast, ReadOnlySpan<byte> content)
    {
        Kind = kind;
        IsLast = isLast;
        Content = content;
    }

    /// <summary>What it carries.</summary>
    public FrameKind Kind { get; }

    /// <summary>Whether it ends its JSON message; always set for other kinds.</summary>
    public bool IsLast { get; }

    /// <summary>The content, inside the parsed bytes.</summary>
    public ReadOnlySpan<byte> Content { get; }

    /// <summary>Reads a whole plaintext; every broken rule is fatal for the session.</summary>
    public static bool TryParse(ReadOnlySpan<byte> plaintext, out Frame frame)
    {
        frame = default;
        if (plaintext.Length < HeaderLength || plaintext[1] > LastFlag)
        {
            return false;
        }

        var kind = (FrameKind)plaintext[0];
        var isLast = plaintext[1] == LastFlag;
        var length = BinaryPrimitives.ReadUInt16BigEndian(plaintext[2..]);
        var rest = plaintext[HeaderLength..];
        if (length > rest.Length
            || rest[length..].ContainsAnyExcept((byte)0)
            || !Fits(kind, isLast, rest[..length]))
        {
            return false;
        }

        frame = new Frame(kind, isLast, rest[..length]);
        return true;
    }

    /// <summary>Writes a frame that fills <paramref name="plaintext"/>, zeros after the content.</summary>
    public static void Write(FrameKind kind, bool isLast, ReadOnlySpan<byte> content, Span<byte> plaintext)
    {
        plaintext[0] = (byte)kind;
        plaintext[1] = isLast ? LastFlag : (byte)0;
        BinaryPrimitives.WriteUInt16BigEndian(plaintext[2..], checked((ushort)content.Length));
        content.CopyTo(plaintext[HeaderLength..]);
        plaintext[(HeaderLength + content.Length)..].Clear();
    }

    private static bool Fits(FrameKind kind, bool isLast, ReadOnlySpan<byte> content) => kind switch
    {
        FrameKind.Part => !content.IsEmpty,
        FrameKind.Ping or FrameKind.Pong => isLast && content.Length <= MaxPing,
        FrameKind.Close => isLast && content.Length == 1,
        FrameKind.Cover => isLast,
        _ => false,
    };
}
