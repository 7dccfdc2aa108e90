using System.Text.Json;

namespace QuicPair.EndToEnd;

/// <summary>
/// The real-inference runner of tests/runner on an ephemeral port: llama.cpp behind the Ollama API.
/// </summary>
internal sealed class TestRunner : IAsyncDisposable
{
    private static readonly SemaphoreSlim Preparing = new(1, 1);

    private readonly ChildProcess _process;

    private TestRunner(ChildProcess process, int port) =>
        (_process, Address) = (process, new($"http://127.0.0.1:{port}"));

    public static string Folder { get; } = Path.Combine(Tree.Root, "tests", "runner");

    public Uri Address { get; }

    /// <summary>Configuration that makes a Mac use this runner.</summary>
    public IReadOnlyDictionary<string, string?> Settings =>
        new Dictionary<string, string?> { ["OLLAMA_HOST"] = Address.ToString() };

    /// <param name="seed">The seed of chats that bring none.</param>
    /// <param name="faultAfter">After how many characters each answer breaks; null never.</param>
    /// <param name="port">The port of an earlier one, or 0 for any.</param>
    /// <param name="slow">
    /// Whether it takes the larger model, which says the same and reads some hundred tokens a second.
    /// </param>
    public static async Task<TestRunner> Start(int seed, int? faultAfter = null, int port = 0, bool slow = false)
    {
        var model = slow ? await Model("slow", "500", "16", "3072") : await Model("bigram");
        var environment = new Dictionary<string, string?>
        {
            ["SEED"] = $"{seed}",
            ["FAULT_AFTER"] = faultAfter?.ToString(),
            ["CONTEXT"] = slow ? "32768" : null,
        };
        var process = ChildProcess.Start("node", [Path.Combine(Folder, "serve.mjs"), model, $"{port}"], environment);
        using var ready = JsonDocument.Parse(await process.Line(line => line.StartsWith('{')));
        return new TestRunner(process, ready.RootElement.GetProperty("port").GetInt32());
    }

    /// <summary>What the runner itself answers, without QuicPair.</summary>
    public async Task<string> Direct(string prompt) =>
        (await Ask(prompt, null)).GetProperty("message").GetProperty("content").GetString()!;

    /// <summary>How many tokens of a prompt it reads in a second.</summary>
    public async Task<double> ReadingRate()
    {
        var answer = await Ask(string.Join(' ', Enumerable.Repeat("river", 500)), new { num_predict = 1 });
        return answer.GetProperty("prompt_eval_count").GetInt64()
            / (answer.GetProperty("prompt_eval_duration").GetInt64() / 1e9);
    }

    /// <summary>How many chats came.</summary>
    public async Task<int> Chats()
    {
        using var http = new HttpClient { BaseAddress = Address };
        return JsonElement.Parse(await http.GetStringAsync("/requests")).GetProperty("chats").GetInt32();
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task<JsonElement> Ask(string prompt, object? options)
    {
        using var http = new HttpClient { BaseAddress = Address };
        var body = JsonSerializer.Serialize(new
        {
            model = "bigram:latest",
            messages = new[] { new { role = "user", content = prompt } },
            options,
            stream = false,
        });
        using var response = await http.PostAsync("/api/chat", new StringContent(body));
        return JsonElement.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
    }

    private static async Task<string> Model(string name, params string[] size)
    {
        var model = Path.Combine(Tree.Artifacts, "runner", $"{name}.gguf");
        await Preparing.WaitAsync();
        try
        {
            if (!Directory.Exists(Path.Combine(Folder, "node_modules")))
            {
                // `npm ci` insists on packages for other platforms; --no-save leaves the lock file as it is.
                await Run("npm", "install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error");
            }

            if (!File.Exists(model))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(model)!);
                await Run("node", ["write-model.mjs", "corpus.txt", model, .. size]);
            }

            return model;
        }
        finally
        {
            Preparing.Release();
        }
    }

    private static async Task Run(string program, params string[] arguments)
    {
        await using var process = ChildProcess.Start(program, arguments, folder: Folder);
        if (await process.Exit() != 0)
        {
            throw new InvalidOperationException(
                $"{program} {arguments[0]} failed:\n{process.Output}\n{process.Errors}");
        }
    }
}
