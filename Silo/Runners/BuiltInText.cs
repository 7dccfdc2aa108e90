using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace QuicPair.Silo.Runners;

/// <summary>
/// The words of the built-in runner: an introduction, then sentences chosen by a hash of the conversation.
/// </summary>
internal static class BuiltInText
{
    private const int QuotedCharacters = 60;
    private const int MinSentences = 3;
    private const int MaxSentences = 6;

    private static readonly string[] Openings =
        ["Between us,", "In any case,", "As far as I can tell,", "Quietly,", "For the record,",
            "Once in a while,"];

    private static readonly string[] Subjects =
        ["your Mac", "the channel", "a small packet", "this answer", "the key you scanned", "the queue"];

    private static readonly string[] Verbs =
        ["keeps", "carries", "remembers", "passes on", "protects", "waits for"];

    private static readonly string[] Objects =
        ["what you typed", "every word in order", "the next question", "a patient token",
            "nothing it need not know",
         "the shortest way home"];

    private static readonly string[] Endings =
        ["without an account.", "from end to end.", "one word at a time.", "and nobody in between reads it.",
         "until the phone comes back.", "on your own desk."];

    public static IEnumerable<string> Tokens(RunnerChat chat)
    {
        var text = new StringBuilder("I am QuicPair's built-in text generator, not a language model. ");
        text.Append("Your words reached this Mac");
        var asked = chat.Messages.LastOrDefault(message => message.Role == "user")?.Content.Trim() ?? "";
        if (asked.Length > 0) text.Append(": \"").Append(Shorten(asked)).Append('"');
        text.Append(". ");
        var state = Seed(chat);
        var sentences = MinSentences + (int)(Next(ref state) % (MaxSentences - MinSentences + 1));
        for (var i = 0; i < sentences; i++)
        {
            text.Append(Pick(Openings, ref state)).Append(' ').Append(Pick(Subjects, ref state)).Append(' ')
                .Append(Pick(Verbs, ref state)).Append(' ').Append(Pick(Objects, ref state)).Append(' ')
                .Append(Pick(Endings, ref state)).Append(' ');
        }

        text.Append("Start Ollama on this Mac and it answers in my place.");
        return Split(text.ToString());
    }

    /// <summary>Each word is a token that brings the space before it, as language models do it.</summary>
    private static IEnumerable<string> Split(string text)
    {
        var start = 0;
        while (start < text.Length)
        {
            var end = text.IndexOf(' ', start + 1);
            if (end < 0) end = text.Length;
            yield return text[start..end];
            start = end;
        }
    }

    private static string Shorten(string asked)
    {
        if (asked.Length <= QuotedCharacters) return asked;
        var end = char.IsHighSurrogate(asked[QuotedCharacters - 1]) ? QuotedCharacters - 1 : QuotedCharacters;
        return asked[..end] + "…";
    }

    private static ulong Seed(RunnerChat chat)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> seed = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(seed, chat.Options.Seed ?? 0);
        hash.AppendData(seed);
        foreach (var message in chat.Messages)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(message.Role));
            hash.AppendData([0]);
            hash.AppendData(Encoding.UTF8.GetBytes(message.Content));
            hash.AppendData([0]);
        }

        return BinaryPrimitives.ReadUInt64BigEndian(hash.GetHashAndReset());
    }

    private static string Pick(string[] words, ref ulong state) =>
        words[(int)(Next(ref state) % (ulong)words.Length)];

    /// <summary>SplitMix64.</summary>
    private static ulong Next(ref ulong state)
    {
        state += 0x9E37_79B9_7F4A_7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58_476D_1CE4_E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
        return mixed ^ (mixed >> 31);
    }
}
