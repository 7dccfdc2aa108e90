using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text.Json;
using QuicPair.Interop.Peers;

namespace QuicPair.EndToEnd;

/// <summary>
/// The real-inference runner of tests/runner on an ephemeral port: llama.cpp behind the Ollama API.
/// </summary>
internal sealed class TestRunner : IAsyncDisposable
{
    private static readonly SemaphoreSlim Preparing = new(1, 1);

    // Why there is no llama.cpp here, or null when there is.
    private static readonly Lazy<Task<string?>> Obstacle = new(Install);

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
    /// <param name="talkative">Whether it takes the model that ends one sentence in a hundred with its answer.</param>
    /// <param name="tokens">How long answers to chats are that do not say it; null is 256 tokens.</param>
    public static async Task<TestRunner> Start(
        int seed, int? faultAfter = null, int port = 0, bool slow = false, bool talkative = false, int? tokens = null)
    {
        var model = slow ? await Model("slow", "500", "16", "3072")
            : talkative ? await Model("talkative", "500", "1", "32", "100")
            : await Model("bigram");
        var environment = new Dictionary<string, string?>
        {
            ["SEED"] = $"{seed}",
            ["FAULT_AFTER"] = faultAfter?.ToString(),
            ["NUM_PREDICT"] = tokens?.ToString(),
            ["CONTEXT"] = slow ? "32768" : null,
        };
        var process = ChildProcess.Start("node", [Path.Combine(Folder, "serve.mjs"), model, $"{port}"], environment);
        using var ready = JsonDocument.Parse(await process.Line(line => line.StartsWith('{')));
        return new TestRunner(process, ready.RootElement.GetProperty("port").GetInt32());
    }

    /// <summary>What the runner itself answers, without QuicPair.</summary>
    /// <param name="prompt">The question.</param>
    /// <param name="seed">The seed that the chat brings; null for the runner's own.</param>
    public async Task<string> Direct(string prompt, long? seed = null) =>
        (await Ask(prompt, seed is null ? null : new { seed })).GetProperty("message").GetProperty("content")
            .GetString()!;

    /// <summary>How many tokens of a prompt it reads in a second.</summary>
    public async Task<double> ReadingRate()
    {
        var answer = await Ask(string.Join(' ', Enumerable.Repeat("river", 500)), new { num_predict = 1 });
        return answer.GetProperty("prompt_eval_count").GetInt64()
            / (answer.GetProperty("prompt_eval_duration").GetInt64() / 1e9);
    }

    /// <summary>How many chats came.</summary>
    public async Task<int> Chats() => (await Counts()).Asked;

    /// <summary>How many answers it gave up, because whoever asked went away before their end.</summary>
    public async Task<int> Abandoned() => (await Counts()).Abandoned;

    /// <summary>Ends when it works on no answer.</summary>
    public async Task Rests()
    {
        var now = await Counts();
        while (now.Answered + now.Abandoned < now.Asked) now = await Counts();
    }

    /// <summary>The file of a model, written when it is not there.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="size">What write-model.mjs is told besides: always the same for a name.</param>
    public static async Task<string> Model(string name, params string[] size)
    {
        if (await Obstacle.Value is { } obstacle) Lane.Unavailable(obstacle);
        var model = Path.Combine(Tree.Artifacts, "runner", $"{name}.gguf");
        await Preparing.WaitAsync();
        try
        {
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

    /// <summary>It is there, and does nothing until <see cref="Thaw"/>.</summary>
    public Task Freeze() => _process.Freeze();

    /// <summary>It goes on.</summary>
    public Task Thaw() => _process.Thaw();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task<(int Asked, int Answered, int Abandoned)> Counts()
    {
        using var http = new HttpClient { BaseAddress = Address };
        var counts = JsonElement.Parse(await http.GetStringAsync("/requests"));
        return (Count("chats"), Count("answered"), Count("abandoned"));

        int Count(string name) => counts.GetProperty(name).GetInt32();
    }

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

    private static async Task<string?> Install()
    {
        if (IsInstalled()) return null;
        try
        {
            // The folder's .npmrc leaves optional packages out, as most are for graphics cards: the one that is
            // needed is named. `npm ci` insists on those of all platforms; --no-save leaves the lock file as it is.
            await Run(
                "npm", "install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error",
                $"@node-llama-cpp/{Platform()}@{Version()}");
            return null;
        }
        catch (Exception problem)
            when (problem is InvalidOperationException or Win32Exception or TimeoutException)
        {
            return $"llama.cpp, which the runner of the tests needs, cannot be installed: {problem.Message}";
        }
    }

    /// <summary>The version of llama.cpp for Node.js, which its packages for platforms have too.</summary>
    private static string Version() =>
        JsonElement.Parse(File.ReadAllText(Path.Combine(Folder, "package.json")))
            .GetProperty("dependencies").GetProperty("node-llama-cpp").GetString()!;

    private static bool IsInstalled() =>
        Directory.Exists(Path.Combine(Folder, "node_modules", "@node-llama-cpp", Platform()));

    /// <summary>This platform as the packages of llama.cpp for Node.js name it.</summary>
    private static string Platform() => (OperatingSystem.IsMacOS(), RuntimeInformation.ProcessArchitecture) switch
    {
        (true, Architecture.Arm64) => "mac-arm64-metal",
        (true, _) => "mac-x64",
        (false, Architecture.Arm64) => "linux-arm64",
        _ => "linux-x64",
    };

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
