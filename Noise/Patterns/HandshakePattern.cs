using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace QuicPair.Noise.Patterns;

/// <summary>
/// A handshake pattern with its modifiers, such as <c>XX</c> or <c>IKpsk2</c>, for the suite
/// 25519_ChaChaPoly_BLAKE2b.
/// </summary>
public sealed class HandshakePattern
{
    private const string Prefix = "Noise_";
    private const string Suite = "_25519_ChaChaPoly_BLAKE2b";
    private const string PskModifier = "psk";

    private HandshakePattern(string name, MessagePattern[] before, MessagePattern[] messages)
    {
        Name = name;
        Before = before;
        Messages = messages;
        PresharedKeys = messages.Sum(message => message.Tokens.Count(token => token == Token.Psk));
    }

    /// <summary>Pattern and modifiers, such as <c>IKpsk2</c>.</summary>
    public string Name { get; }

    /// <summary>The whole protocol name that starts the handshake hash.</summary>
    public string ProtocolName => Prefix + Name + Suite;

    /// <summary>How many pre-shared keys it mixes in.</summary>
    public int PresharedKeys { get; }

    /// <summary>Handshake messages until both ends have their transport keys.</summary>
    public int MessageCount => Messages.Count;

    /// <summary>Section 7.4: in a one-way pattern only the initiator sends, also afterwards.</summary>
    public bool IsOneWay => Messages.Count == 1;

    internal IReadOnlyList<MessagePattern> Before { get; }

    internal IReadOnlyList<MessagePattern> Messages { get; }

    /// <summary>The pattern of a name such as <c>IKpsk2</c>, which is known to be right.</summary>
    /// <exception cref="ArgumentException">There is no such pattern.</exception>
    public static HandshakePattern Parse(string name) =>
        TryParse(name, out var pattern)
            ? pattern
            : throw new ArgumentException("Not a pattern of the Noise specification.", nameof(name));

    /// <summary>Reads a name such as <c>XXpsk0+psk3</c>.</summary>
    public static bool TryParse(string name, [NotNullWhen(true)] out HandshakePattern? pattern)
    {
        pattern = null;
        var end = name.IndexOf(PskModifier, StringComparison.Ordinal);
        if (!PatternTable.Rows.TryGetValue(end < 0 ? name : name[..end], out var row))
        {
            return false;
        }

        var messages = row.Messages.ToArray();
        foreach (var modifier in end < 0 ? [] : name[end..].Split('+'))
        {
            if (!TryApply(modifier, messages))
            {
                return false;
            }
        }

        pattern = new HandshakePattern(name, row.Before, messages);
        return true;
    }

    /// <summary>Reads a whole protocol name of this suite.</summary>
    public static bool TryParseProtocolName(string name, [NotNullWhen(true)] out HandshakePattern? pattern)
    {
        pattern = null;
        return name.StartsWith(Prefix, StringComparison.Ordinal)
            && name.EndsWith(Suite, StringComparison.Ordinal)
            && name.Length > Prefix.Length + Suite.Length
            && TryParse(name[Prefix.Length..^Suite.Length], out pattern);
    }

    /// <inheritdoc/>
    public override string ToString() => ProtocolName;

    // Section 9.4: "The modifier psk0 places a "psk" token at the beginning of the first handshake message.
    // The modifiers psk1, psk2, etc., place a "psk" token at the end of the first, second, etc., handshake
    // message."
    private static bool TryApply(string modifier, MessagePattern[] messages)
    {
        if (!modifier.StartsWith(PskModifier, StringComparison.Ordinal)
            || !int.TryParse(
                modifier[PskModifier.Length..],
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var number)
            || number > messages.Length)
        {
            return false;
        }

        var index = Math.Max(0, number - 1);
        var tokens = messages[index].Tokens;
        messages[index] = messages[index] with
        {
            Tokens = number == 0 ? [Token.Psk, .. tokens] : [.. tokens, Token.Psk],
        };
        return true;
    }
}
