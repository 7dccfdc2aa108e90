using QuicPair.Silo.Runners;
using QuicPair.Silo.Runners.Ollama;

namespace QuicPair.Silo.Tests.Runners;

public sealed class OllamaAddressTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, "http://127.0.0.1:11434/")]
    [InlineData("", "http://127.0.0.1:11434/")]
    [InlineData("0.0.0.0", "http://127.0.0.1:11434/")]
    [InlineData("0.0.0.0:8080", "http://127.0.0.1:8080/")]
    [InlineData(":1234", "http://127.0.0.1:1234/")]
    [InlineData("1.2.3.4", "http://1.2.3.4:11434/")]
    [InlineData("1.2.3.4:1234", "http://1.2.3.4:1234/")]
    [InlineData("studio.local", "http://studio.local:11434/")]
    [InlineData("http://studio.local", "http://studio.local/")]
    [InlineData("https://studio.local", "https://studio.local/")]
    [InlineData("https://studio.local:444", "https://studio.local:444/")]
    [InlineData("HTTPS://Studio.local", "https://studio.local/")]
    [InlineData(":66000", "http://127.0.0.1:11434/")]
    [InlineData("studio.local:-1", "http://studio.local:11434/")]
    [InlineData("http://studio.local:x", "http://studio.local/")]
    [InlineData("[::]:11434", "http://[::1]:11434/")]
    [InlineData("::", "http://[::1]:11434/")]
    [InlineData("::1", "http://[::1]:11434/")]
    [InlineData("[::1]", "http://[::1]:11434/")]
    [InlineData("[::1]:1337", "http://[::1]:1337/")]
    [InlineData(" 1.2.3.4 ", "http://1.2.3.4:11434/")]
    [InlineData("\"1.2.3.4\"", "http://1.2.3.4:11434/")]
    [InlineData(" \" 1.2.3.4 \" ", "http://1.2.3.4:11434/")]
    [InlineData("'1.2.3.4'", "http://1.2.3.4:11434/")]
    [InlineData("http://box:1234/ollama", "http://box:1234/ollama/")]
    [InlineData("https://example.org/ollama/", "https://example.org/ollama/")]
    [InlineData("example.org/a/b", "http://example.org:11434/a/b/")]
    [InlineData("ollama.com", "https://ollama.com/")]
    [InlineData("http://me:secret@box:1234/ollama?x#y", "http://box:1234/ollama/")]
    public void Reads_what_ollama_reads(string? text, string expected)
    {
        Assert.True(OllamaAddress.TryParse(text, out var address));
        Assert.Equal(expected, address.ToString());
    }

    [Theory]
    [InlineData("ftp://studio")]
    [InlineData("http://")]
    [InlineData("a b")]
    public void Refuses_what_is_no_address(string text) => Assert.False(OllamaAddress.TryParse(text, out _));

    [Fact]
    public async Task Behind_a_path_everything_is_asked_there_and_watched()
    {
        await using var ollama = await FakeOllama.Start(
            FakeOllama.Lines(FakeOllama.Delta("I'm"), """{"error":"CUDA out of memory"}"""),
            FakeOllama.Models(FakeOllama.Model("m", 1, ""","capabilities":["tools"]""")), path: "/ollama");
        Assert.True(OllamaAddress.TryParse($"{ollama.Address}ollama", out var address));
        using var runner = new OllamaRunner(address);

        Assert.True(await runner.Probe(Cancellation));
        Assert.Equal(["tools"], Assert.Single(await runner.List(Cancellation)).Capabilities);
        var chat = runner.Chat(new RunnerChat("m", [new RunnerMessage("user", "hello")]), Cancellation);
        var problem = await Assert.ThrowsAsync<RunnerException>(async () => await chat.ToListAsync(Cancellation));
        Assert.Equal("Ollama says: CUDA out of memory", problem.Message);
    }
}
