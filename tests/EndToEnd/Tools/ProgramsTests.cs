using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using OllamaSharp;
using OllamaSharp.Models;
using OllamaSharp.Models.Chat;
using Xunit;

namespace QuicPair.EndToEnd.Tools;

/// <summary>Programs that speak Ollama or OpenAI, unmodified, with a Mac behind <c>quicpair proxy</c>.</summary>
public sealed partial class ProgramsTests
{
    private const string Model = "bigram:latest";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ollama.test.mjs")]
    [InlineData("openai.test.mjs")]
    public async Task The_npm_client_makes_its_ordinary_calls(string script)
    {
        // What is aborted must not have come to its end by then.
        await using var runner = await TestRunner.Start(seed: 3, talkative: true);
        await using var mac = await MacProcess.Start(settings: runner.Settings);
        await using var proxy = await ProxyProcess.Start(mac);
        var folder = await Install();
        var environment = new Dictionary<string, string?>
        {
            ["PROXY_URL"] = proxy.Url,
            ["RUNNER_URL"] = runner.Address.ToString(),
            ["MODEL"] = Model,
        };
        await using var tests = ChildProcess.Start(
            "node", ["--test", "--test-reporter=tap", script], environment, folder);

        var exitCode = await tests.Exit();

        Assert.True(exitCode == 0, tests.Output + tests.Errors);
        Assert.True(int.Parse(PassedCount().Match(tests.Output).Groups[1].ValueSpan) >= 5, tests.Output);
    }

    [Fact]
    public async Task OllamaSharp_makes_its_ordinary_calls()
    {
        await using var runner = await TestRunner.Start(seed: 3);
        await using var mac = await MacProcess.Start(settings: runner.Settings);
        await using var proxy = await ProxyProcess.Start(mac);
        using var ollama = new OllamaApiClient(new Uri(proxy.Url), Model);

        Assert.True(await ollama.IsRunningAsync(Cancellation));
        Assert.Matches(@"^\d+\.\d+\.\d+$", await ollama.GetVersionAsync(Cancellation));
        Assert.Equal(Model, Assert.Single(await ollama.ListLocalModelsAsync(Cancellation)).Name);
        var whole = await Ask(ollama, stream: false);
        Assert.NotEmpty(whole);
        Assert.Equal(whole, await Ask(ollama, stream: true));
        var generated = new List<string>();
        await foreach (var part in ollama.GenerateAsync("Tell me about the river", cancellationToken: Cancellation))
        {
            generated.Add(part!.Response);
        }

        Assert.NotEmpty(string.Concat(generated));
        Assert.Equal("llama", (await ollama.ShowModelAsync(Model, Cancellation)).Details.Family);
        Assert.Equal(Model, Assert.Single(await ollama.ListRunningModelsAsync(Cancellation)).Name);
        var embedded = await ollama.EmbedAsync("the river", Cancellation);
        Assert.Equal(1, Math.Sqrt(Assert.Single(embedded.Embeddings).Sum(number => number * number)), 1e-3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_runner_gives_up_an_answer_that_OllamaSharp_cancels(bool stream)
    {
        // What is cancelled must not have come to its end by then.
        await using var runner = await TestRunner.Start(seed: 3, talkative: true);
        await using var mac = await MacProcess.Start(settings: runner.Settings);
        await using var proxy = await ProxyProcess.Start(mac);
        using var http = new HttpClient(new ProgramNetwork()) { BaseAddress = new Uri(proxy.Url) };
        using var ollama = new OllamaApiClient(http, Model);
        var whole = await Ask(ollama, stream);

        // Some seeds end their answer soon, perhaps sooner than the runner hears: then another one is asked.
        for (var seed = 1; await runner.Abandoned() == 0; seed++)
        {
            Assert.True(seed <= 10, "The runner said each answer to its end.");
            await Cancel(ollama, runner, stream, seed);
            await runner.Rests();
        }

        Assert.Equal(1, await runner.Abandoned());
        Assert.Equal(whole, await Ask(ollama, stream));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OllamaSharp_is_told_of_an_unknown_model_as_Ollama_tells_it(bool stream)
    {
        await using var mac = await MacProcess.Start();
        await using var proxy = await ProxyProcess.Start(mac);
        using var network = new ProgramNetwork();
        using var http = new HttpClient(network) { BaseAddress = new Uri(proxy.Url) };
        using var ollama = new OllamaApiClient(http, Model);

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => Ask(ollama, stream, model: "absent:1b"));

        Assert.Equal(HttpStatusCode.NotFound, failure.StatusCode);
        var (status, body) = Assert.Single(network.Refusals);
        Assert.Equal(HttpStatusCode.NotFound, status);
        var said = Assert.Single(JsonElement.Parse(body).EnumerateObject());
        Assert.Equal(("error", "model 'absent:1b' not found"), (said.Name, said.Value.GetString()));
    }

    [Fact]
    public async Task The_proxy_says_in_one_sentence_what_is_wrong()
    {
        await using var mac = await MacProcess.Start();
        await using var proxy = await ProxyProcess.Start(mac);
        using var phone = new PhoneCommand();
        var busy = await phone.Run("proxy", await mac.Invite(), "--listen", new Uri(proxy.Url).Authority);
        Assert.Equal(1, busy.Exit);
        Assert.Contains("is in use", Assert.Single(busy.Errors.Trim().Split('\n')), StringComparison.Ordinal);
        var exposed = await phone.Run("proxy", "--listen", "0.0.0.0:11434");
        Assert.Equal(2, exposed.Exit);
        Assert.Contains("not a loopback address", exposed.Errors, StringComparison.Ordinal);
        using var stranger = new PhoneCommand();
        Assert.Equal(2, (await stranger.Run("proxy")).Exit);
    }

    private static async Task<string> Ask(OllamaApiClient ollama, bool stream, string model = Model)
    {
        var parts = new List<string?>();
        await foreach (var part in ollama.ChatAsync(Request(stream, model, 12), Cancellation))
        {
            parts.Add(part?.Message.Content);
        }

        return string.Concat(parts);
    }

    /// <summary>Cancels a stream at its first part, and an answer in one piece once the runner works on it.</summary>
    private static async Task Cancel(OllamaApiClient ollama, TestRunner runner, bool stream, int seed)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var asked = await runner.Chats();
        var reading = Read();
        if (!stream)
        {
            while (await runner.Chats() == asked && !reading.IsCompleted)
            {
                // The runner's own count is the clock.
            }

            await cancel.CancelAsync();
        }

        await reading;

        async Task Read()
        {
            try
            {
                await foreach (var part in ollama.ChatAsync(Request(stream, Model, 5000, seed), cancel.Token))
                {
                    if (stream) await cancel.CancelAsync();
                }
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                // A stream may also just end.
            }
        }
    }

    private static ChatRequest Request(bool stream, string model, int tokens, int seed = 5) => new()
    {
        Model = model,
        Stream = stream,
        Messages = [new Message(ChatRole.User, "Tell me about the river")],
        Options = new RequestOptions { Seed = seed, NumPredict = tokens },
    };

    private static async Task<string> Install()
    {
        var folder = Path.Combine(Tree.Root, "tests", "EndToEnd", "clients");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "openai")))
        {
            await using var npm = ChildProcess.Start(
                "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], folder: folder);
            Assert.True(await npm.Exit() == 0, npm.Errors);
        }

        return folder;
    }

    [GeneratedRegex(@"^# pass (\d+)\r?$", RegexOptions.Multiline)]
    private static partial Regex PassedCount();
}
