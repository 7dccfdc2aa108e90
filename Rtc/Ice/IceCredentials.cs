using System.Buffers;
using System.Text;
using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Ice;

/// <summary>The short-term credentials of one agent (RFC 8445, section 5.3; RFC 8839, section 5.4).</summary>
/// <param name="UsernameFragment">4 to 256 ice-chars; names the agent.</param>
/// <param name="Password">22 to 256 ice-chars; the key of the checks that are sent to the agent.</param>
public sealed record IceCredentials(string UsernameFragment, string Password)
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    // Ours. RFC 8445, 5.3: at least 24 and 128 bits of randomness; 48 and 144 tell 1,000 peers of one port
    // apart.
    private const int UsernameFragmentLength = 8;
    private const int PasswordLength = 24;

    /// <summary>What either may consist of (ice-char, RFC 8839, section 5.1).</summary>
    internal static SearchValues<char> Characters { get; } = SearchValues.Create(Alphabet);

    /// <summary>Whether both have a valid length and alphabet.</summary>
    public bool IsValid => IsIceText(UsernameFragment, 4) && IsIceText(Password, 22);

    /// <summary>New random credentials.</summary>
    public static IceCredentials Create(IEntropy entropy)
    {
        ArgumentNullException.ThrowIfNull(entropy);
        return new(RandomText(entropy, UsernameFragmentLength), RandomText(entropy, PasswordLength));
    }

    /// <summary>The ufrag only: the password is a secret.</summary>
    public override string ToString() => $"{nameof(IceCredentials)} {UsernameFragment}";

    /// <summary>The USERNAME of a check that <paramref name="sender"/> sends to this agent.</summary>
    internal byte[] UsernameFrom(IceCredentials sender) =>
        Encoding.ASCII.GetBytes($"{UsernameFragment}:{sender.UsernameFragment}");

    private static bool IsIceText(string text, int minimumLength) =>
        text.Length >= minimumLength && text.Length <= 256 && !text.AsSpan().ContainsAnyExcept(Characters);

    private static string RandomText(IEntropy entropy, int length)
    {
        Span<byte> random = stackalloc byte[length];
        entropy.Fill(random);
        Span<char> text = stackalloc char[length];
        for (var index = 0; index < length; index++)
        {
            text[index] = Alphabet[random[index] % Alphabet.Length];
        }

        return text.ToString();
    }
}
