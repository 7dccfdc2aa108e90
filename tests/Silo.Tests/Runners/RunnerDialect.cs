using System.Text;
using System.Text.Json;
using QuicPair.Silo.Runners;
using QuicPair.Silo.Runners.Ollama;
using QuicPair.Silo.Runners.OpenAi;

namespace QuicPair.Silo.Tests.Runners;

/// <summary>How one kind of runner says things.</summary>
internal sealed record RunnerDialect(
    Func<Uri, IFindableRunner> Runner, Dictionary<string, string> Lists, Func<string, string> Delta, string End,
    string Error)
{
    private static readonly RunnerDialect Ollama = new(
        address => new OllamaRunner(address),
        new()
        {
            ["/api/tags"] = FakeOllama.Models(FakeOllama.Model("m")),
            ["/api/ps"] = FakeOllama.Models(FakeOllama.Model("m")),
        },
        text => FakeOllama.Delta(text) + "\n",
        FakeOllama.Done() + "\n",
        """{"error":"CUDA out of memory"}""" + "\n");

    private static readonly RunnerDialect OpenAi = new(
        address => new OpenAiRunner(address, "", TimeProvider.System),
        new() { ["/v1/models"] = """{"object":"list","data":[{"id":"m","object":"model","owned_by":"llamacpp"}]}""" },
        text => FakeOpenAi.Delta($$"""{"content":"{{text}}"}"""),
        FakeOpenAi.Finish("stop") + "data: [DONE]\n\n",
        """data: {"error":{"message":"CUDA out of memory","code":500}}""" + "\n\n");

    public static RunnerDialect Of(string runner) => runner == "ollama" ? Ollama : OpenAi;

    /// <summary>The lines in which a model asks for the tool <c>clock</c>.</summary>
    /// <param name="runner">Which kind of runner says it.</param>
    /// <param name="arguments">The tool's arguments, JSON of ASCII.</param>
    public static string ToolCall(string runner, string arguments) => runner == "ollama"
        ? FakeOllama.Chunk(
            """{"content":"","tool_calls":[{"function":{"name":"clock","arguments":""" + arguments + "}}]}") + "\n"
        : FakeOpenAi.Delta(
            """{"tool_calls":[{"index":0,"id":"x","type":"function","function":{"name":"clock","arguments":"""
            + JsonSerializer.Serialize(arguments) + "}}]}");

    /// <summary>The head of an answer in chunks, and these chunks.</summary>
    public static byte[] Chunked(params string[] parts) =>
        Encoding.Latin1.GetBytes(Head("Transfer-Encoding: chunked") + string.Concat(parts.Select(Chunk)));

    public static string Chunk(string part) => $"{part.Length:x}\r\n{part}\r\n";

    public static string Head(string length) =>
        $"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{length}\r\n\r\n";
}
