using System.Text.Json;
using QuicPair.Interop.Peers;

namespace QuicPair.EndToEnd.Runners;

/// <summary>
/// A server of OpenAI's API with the model of tests/runner: the llama-server of the PATH, else tests/runner itself,
/// which has the same llama.cpp behind a front of our own.
/// </summary>
internal sealed class OpenAiServer : IAsyncDisposable
{
    /// <summary>The name of its one model.</summary>
    public const string Model = "bigram:latest";

    private const string LlamaServer = "llama-server";

    private readonly ChildProcess _process;
    private readonly string _name;
    private readonly string _gaveUp;

    private OpenAiServer(ChildProcess process, int port, string name, string gaveUp)
    {
        (_process, _name, _gaveUp) = (process, name, gaveUp);
        Address = new Uri($"http://127.0.0.1:{port}");
    }

    public Uri Address { get; }

    /// <summary>What a Mac calls it.</summary>
    public string Description => $"{_name} at {Address.Authority}";

    /// <summary>Whether it has given up an answer whose client went away.</summary>
    public bool HasGivenUp => _process.Output.Contains(_gaveUp, StringComparison.Ordinal);

    /// <param name="isEndless">Whether its model never ends an answer, and takes its time.</param>
    public static async Task<OpenAiServer> Start(bool isEndless = false)
    {
        var model = isEndless
            ? await TestRunner.Model("endless", "500", "4", "1024", "1000000")
            : await TestRunner.Model("bigram");
        return Lane.Has(LlamaServer) ? await StartLlamaServer(model) : await StartFront(model);
    }

    /// <summary>Configuration that makes a Mac use it.</summary>
    /// <param name="kind">How the Mac is told: <c>openai</c>, or <c>auto</c> when it has to find out.</param>
    public Dictionary<string, string?> Settings(string kind) => new()
    {
        ["Runner__Kind"] = kind,
        ["Runner__Url"] = Address.ToString(),
    };

    /// <summary>What it answers itself, without QuicPair.</summary>
    /// <param name="prompt">The question.</param>
    /// <param name="options">Fields of the request besides model and question.</param>
    public async Task<DirectAnswer> Direct(string prompt, Dictionary<string, object> options)
    {
        using var http = new HttpClient { BaseAddress = Address };
        var body = JsonSerializer.Serialize(new Dictionary<string, object>(options)
        {
            ["model"] = Model,
            ["messages"] = new[] { new { role = "user", content = prompt } },
        });
        using var response = await http.PostAsync(
            "/v1/chat/completions", new StringContent(body, null, "application/json"));
        var said = JsonElement.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
        var choice = said.GetProperty("choices")[0];
        var usage = said.GetProperty("usage");
        return new DirectAnswer(
            choice.GetProperty("message").GetProperty("content").GetString()!,
            choice.GetProperty("finish_reason").GetString()!,
            usage.GetProperty("prompt_tokens").GetInt64(), usage.GetProperty("completion_tokens").GetInt64());
    }

    /// <summary>Ends when it has given up an answer whose client went away.</summary>
    public Task GaveUp() => _process.Line(line => line.Contains(_gaveUp, StringComparison.Ordinal));

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<OpenAiServer> StartLlamaServer(string model)
    {
        var port = FreePort.Next();
        string[] command =
        [
            LlamaServer, "--model", model, "--alias", Model, "--host", "127.0.0.1", "--port", $"{port}",
            "--parallel", "1", "--threads", "1", "--ctx-size", "32768",
        ];

        // It logs to stderr, of which only what is yet to come can be awaited.
        var process = ChildProcess.Start("sh", ["-c", "exec \"$0\" \"$@\" 2>&1", .. command]);
        await process.Line(line => line.Contains("listening on http://", StringComparison.Ordinal));
        return new OpenAiServer(process, port, LlamaServer, "cancel task");
    }

    private static async Task<OpenAiServer> StartFront(string model)
    {
        var process = ChildProcess.Start("node", [Path.Combine(TestRunner.Folder, "serve.mjs"), model]);
        using var ready = JsonDocument.Parse(await process.Line(line => line.StartsWith('{')));
        var port = ready.RootElement.GetProperty("port").GetInt32();
        return new OpenAiServer(process, port, "the OpenAI-style server", "\"cancelled\"");
    }
}
