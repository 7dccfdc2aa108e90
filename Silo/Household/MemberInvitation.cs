using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.Json;
using QuicPair.Noise;

namespace QuicPair.Silo.Household;

/// <summary>
/// What the owner carries from one Mac to another in one paste: where the inviting Mac listens, its pinned key, a
/// secret that works once, and until when.
/// </summary>
/// <param name="At">Where the inviting Mac listens, <c>address:port</c>.</param>
/// <param name="Mac">The inviting Mac's name for people.</param>
/// <param name="Key">Its static public key, 32 bytes.</param>
/// <param name="Secret">32 random bytes.</param>
/// <param name="Expires">Unix seconds.</param>
internal sealed record MemberInvitation(string At, string Mac, byte[] Key, byte[] Secret, long Expires)
{
    private const string Prefix = "quicpair-household:1.";

    /// <summary>The text to paste.</summary>
    public string Format() => Prefix
        + Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(this, HouseholdJson.Default.MemberInvitation));

    /// <summary>Reads the text; surrounding blanks are a paste's.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out MemberInvitation? invitation)
    {
        invitation = null;
        text = text?.Trim() ?? "";
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length > 4096) return false;
        try
        {
            var bytes = Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length));
            invitation = JsonSerializer.Deserialize(bytes, HouseholdJson.Default.MemberInvitation);
        }
        catch (Exception problem) when (problem is FormatException or JsonException)
        {
            return false;
        }

        if (invitation is { Key.Length: KeyPair.KeyLength, Secret.Length: HandshakeState.PresharedKeyLength }
            && IPEndPoint.TryParse(invitation.At, out _))
        {
            return true;
        }

        invitation = null;
        return false;
    }

    /// <summary>Without the secret.</summary>
    public override string ToString() => nameof(MemberInvitation);
}
