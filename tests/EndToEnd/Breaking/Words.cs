using System.Text;
using System.Text.Json;

namespace QuicPair.EndToEnd.Breaking;

/// <summary>Reads what <c>quicpair chat --json</c> prints.</summary>
internal static class Words
{
    public static bool IsDelta(string line) => line.Contains("\"op\":\"delta\"", StringComparison.Ordinal);

    /// <summary>The text of all deltas; fails unless the last line is the end of an answer.</summary>
    public static string Of(string output)
    {
        var text = new StringBuilder();
        var op = "";
        foreach (var line in output.Split('\n').Where(line => line.StartsWith('{')))
        {
            using var message = JsonDocument.Parse(line);
            op = message.RootElement.GetProperty("op").GetString();
            if (op == "delta")
            {
                text.Append(message.RootElement.GetProperty("content").GetString());
            }
        }

        return op == "done" ? text.ToString() : $"no end: {output}";
    }
}
