using QuicPair.Silo.Runners.Ollama;

namespace QuicPair.Silo.Tests.Runners;

public sealed class OllamaAddressTests
{
    [Theory]
    [InlineData(null, "http://127.0.0.1:11434/")]
    [InlineData("", "http://127.0.0.1:11434/")]
    [InlineData("0.0.0.0", "http://127.0.0.1:11434/")]
    [InlineData("0.0.0.0:8080", "http://127.0.0.1:8080/")]
    [InlineData("studio.local", "http://studio.local:11434/")]
    [InlineData("http://studio.local", "http://studio.local/")]
    [InlineData("https://studio.local:444", "https://studio.local:444/")]
    [InlineData("[::]:11434", "http://[::1]:11434/")]
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
}
