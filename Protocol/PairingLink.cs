using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace QuicPair.Protocol;

/// <summary>
/// The link, and the QR code, that a Mac shows once to pair a phone (QP/1 section 2):
/// <c>origin/p#1.</c> and base64url of 72 bytes.
/// <code>
/// version u8 | flags u8 | Mac's public key 32 | secret 32 | expiry u32 | check 2 = SHA-256(first 70)[0..2]
/// </code>
/// </summary>
public sealed record PairingLink
{
    /// <summary>Bytes behind the dot.</summary>
    public const int DataLength = 72;

    private const byte Version = 1;
    private const int CheckedLength = 70;
    private const int EncodedLength = 96;
    private const string Path = "/p";
    private const string Prefix = "1.";

    // One to three digits before the dot are a version, if another one; anything else is no link.
    private const int VersionDigits = 3;

    /// <summary>Scheme, host and port where the front door listens, without a slash at the end.</summary>
    public required string Origin { get; init; }

    /// <summary>The Mac's static X25519 public key, 32 bytes.</summary>
    public required byte[] MacPublicKey { get; init; }

    /// <summary>The invitation, 32 random bytes. Never log it, never send it.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>When the Mac stops accepting the invitation, in Unix seconds.</summary>
    public required uint Expiry { get; init; }

    /// <summary>What the owner asked for.</summary>
    public LinkFlags Flags { get; init; }

    /// <summary>
    /// Reads a link; <paramref name="problem"/> is one sentence for people when it is refused, else empty.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PairingLink? link, out string problem)
    {
        var accepted = TryParse(text, out link, out LinkProblem cause);
        problem = cause == LinkProblem.Length ? LengthSentence(text) : Sentence(cause);
        return accepted;
    }

    /// <summary>Reads a link; <paramref name="problem"/> is the cause when it is refused.</summary>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out PairingLink? link, out LinkProblem problem)
    {
        link = null;
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        if (hash < 0 || !LinkOrigin.TryRead(text[..hash], out var origin))
        {
            problem = LinkProblem.Form;
            return false;
        }

        var data = text.AsSpan(hash + 1);
        problem = !HasVersion(data) ? LinkProblem.Form
            : !LinkOrigin.IsAllowed(origin) ? LinkProblem.Scheme
            : !data.StartsWith(Prefix, StringComparison.Ordinal) ? LinkProblem.Version
            : data.Length != Prefix.Length + EncodedLength ? LinkProblem.Length
            : LinkProblem.None;
        return problem == LinkProblem.None
            && TryReadData(
                origin.GetLeftPart(UriPartial.Authority), data[Prefix.Length..], out link, out problem);
    }

    /// <summary>One sentence for people that says which rule a link breaks; empty for none.</summary>
    public static string Sentence(LinkProblem problem) => problem switch
    {
        LinkProblem.None => "",
        LinkProblem.Form => "This is not a QuicPair link.",
        LinkProblem.Scheme =>
            "This link is not safe: outside the own network a QuicPair link starts with https.",
        LinkProblem.Version => "This link was made by another version of QuicPair; update this program.",
        LinkProblem.Length => "This link is cut short or too long.",
        LinkProblem.Encoding => "This link holds a character that no QuicPair link has.",
        LinkProblem.Check => "This link was changed or mistyped: its check does not match.",
        LinkProblem.Flags => "This link asks for something that this version of QuicPair does not know.",
        _ => throw new ArgumentOutOfRangeException(nameof(problem)),
    };

    /// <summary>The link as text.</summary>
    public string Format()
    {
        Span<byte> data = stackalloc byte[DataLength];
        data[0] = Version;
        data[1] = (byte)Flags;
        MacPublicKey.CopyTo(data[2..34]);
        Secret.CopyTo(data[34..66]);
        BinaryPrimitives.WriteUInt32BigEndian(data[66..], Expiry);
        WriteCheck(data);
        var text = $"{Origin}{Path}#{Prefix}{StrictBase64Url.Encode(data)}";
        CryptographicOperations.ZeroMemory(data);
        return text;
    }

    /// <summary>Without the secret and the key.</summary>
    public override string ToString() => $"PairingLink {{ Origin = {Origin}, Flags = {Flags}, [redacted] }}";

    private static string LengthSentence(string text) =>
        text.Length - text.IndexOf('#', StringComparison.Ordinal) - 1 < Prefix.Length + EncodedLength
            ? "This link is cut short; take it to its end."
            : "This link is too long; take it without what follows it.";

    private static bool HasVersion(ReadOnlySpan<char> data) =>
        data.IndexOf('.') is >= 1 and <= VersionDigits and var dot && !data[..dot].ContainsAnyExceptInRange('0', '9');

    private static bool TryReadData(
        string origin, ReadOnlySpan<char> encoded, out PairingLink? link, out LinkProblem problem)
    {
        link = null;
        Span<byte> data = stackalloc byte[DataLength];
        Span<byte> check = stackalloc byte[DataLength];
        if (!StrictBase64Url.TryDecode(encoded, data))
        {
            problem = LinkProblem.Encoding;
            return false;
        }

        data.CopyTo(check);
        WriteCheck(check);
        problem = data[0] != Version ? LinkProblem.Version
            : !check.SequenceEqual(data) ? LinkProblem.Check
            : data[1] > (byte)(LinkFlags.LocalNetworkOnly | LinkFlags.OwnerMustConfirm) ? LinkProblem.Flags
            : LinkProblem.None;
        if (problem == LinkProblem.None)
        {
            link = new PairingLink
            {
                Origin = origin,
                Flags = (LinkFlags)data[1],
                MacPublicKey = data[2..34].ToArray(),
                Secret = data[34..66].ToArray(),
                Expiry = BinaryPrimitives.ReadUInt32BigEndian(data[66..]),
            };
        }

        CryptographicOperations.ZeroMemory(data);
        CryptographicOperations.ZeroMemory(check);
        return link is not null;
    }

    private static void WriteCheck(Span<byte> data)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(data[..CheckedLength], hash);
        hash[..2].CopyTo(data[CheckedLength..]);
    }
}
