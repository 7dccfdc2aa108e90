using System.Text.Json;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.EndToEnd.Cuts;

/// <summary>What the runner of tests/runner answers to a seed, without QuicPair.</summary>
/// <param name="Request">The question, which says the seed and the length.</param>
/// <param name="Pieces">The answer as the runner says it, one piece a line.</param>
internal sealed record SeededAnswer(ChatMessage Request, IReadOnlyList<string> Pieces)
{
    // An answer ends where the model ends it: most go on for long enough.
    private const int Seeds = 100;

    /// <summary>All of it.</summary>
    public string Whole => Said(Pieces.Count);

    /// <summary>The first pieces.</summary>
    public string Said(int pieces) => string.Concat(Pieces.Take(pieces));

    /// <summary>The answer of the first seed that has so many tokens.</summary>
    public static async Task<SeededAnswer> Find(Uri runner, string prompt, int tokens)
    {
        using var http = new HttpClient { BaseAddress = runner };
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var (pieces, count) = await Ask(http, prompt, seed, tokens);
            if (count < tokens) continue;
            var options = new ChatOptions { Seed = seed, MaxTokens = tokens };
            return new SeededAnswer(new ChatMessage { Prompt = prompt, Options = options }, pieces);
        }

        throw new InvalidOperationException($"No answer of {Seeds} seeds has {tokens} tokens.");
    }

    private static async Task<(List<string> Pieces, long Tokens)> Ask(
        HttpClient http, string prompt, int seed, int tokens)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var body = JsonSerializer.Serialize(new
        {
            model = "bigram:latest",
            messages = new[] { new { role = "user", content = prompt } },
            options = new { seed, num_predict = tokens },
        });
        using var response = await http.PostAsync("/api/chat", new StringContent(body), cancellation);
        var text = await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellation);
        var pieces = new List<string>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var said = JsonElement.Parse(line);
            if (said.GetProperty("done").GetBoolean()) return (pieces, said.GetProperty("eval_count").GetInt64());
            pieces.Add(said.GetProperty("message").GetProperty("content").GetString()!);
        }

        throw new InvalidOperationException("The runner broke off its answer.");
    }
}
