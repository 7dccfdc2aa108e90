using System.Text;

namespace QuicPair.EndToEnd.Canary;

/// <summary>Looks for what must be nowhere.</summary>
/// <param name="texts">Texts, which are found whatever the case of their letters.</param>
/// <param name="secrets">Bytes, which are found in a text however they are written.</param>
internal sealed class CanaryScan(IEnumerable<string> texts, IEnumerable<byte[]> secrets)
{
    /// <summary>The secrets.</summary>
    public byte[][] Secrets { get; } = [.. secrets.DistinctBy(secret => Convert.ToHexString(secret))];

    /// <summary>The texts, and the secrets however they may be written.</summary>
    public string[] Texts => field ??= [.. texts.Concat(Secrets.SelectMany(Spelling.Of)).Distinct()];

    /// <summary>What is found in a text.</summary>
    public IReadOnlyList<string> FoundIn(string text) =>
        [.. Texts.Where(canary => text.Contains(canary, StringComparison.OrdinalIgnoreCase))];

    /// <summary>Whether a file's content has any of it.</summary>
    public bool IsIn(ReadOnlySpan<byte> content)
    {
        foreach (var canary in Secrets.Concat(Texts.Select(text => Encoding.UTF8.GetBytes(text))))
        {
            if (content.IndexOf(canary) >= 0) return true;
        }

        return false;
    }
}
