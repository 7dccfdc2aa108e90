using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Tests.Runners;

public sealed class PullRulesTests
{
    private static readonly PullRules Rules = new(
        ["qwen2.5:*", "llama3.2:3b", "phi*", "hf.co/bartowski/*", "ann/*:q4"]);

    [Theory]
    [InlineData("qwen2.5:3b")]
    [InlineData("qwen2.5")]
    [InlineData("QWEN2.5:3b")]
    [InlineData("registry.ollama.ai/library/qwen2.5:3b")]
    [InlineData("library/qwen2.5:3b")]
    [InlineData("llama3.2:3b")]
    [InlineData("phi4-mini:latest")]
    [InlineData("hf.co/bartowski/Some-Model-GGUF:Q4_K_M")]
    [InlineData("ann/any:q4")]
    public void Allows_what_the_list_has(string name) => Assert.True(Rules.Allows(name));

    [Theory]
    [InlineData("llama3.2:1b")]
    [InlineData("llama3.2")]
    [InlineData("evil/qwen2.5:3b")]
    [InlineData("evil.example/library/qwen2.5:3b")]
    [InlineData("http://evil.example/library/qwen2.5:3b")]
    [InlineData("evil.example:80/library/qwen2.5:3b")]
    [InlineData("hf.co/other/Some-Model-GGUF")]
    [InlineData("hf.co/bartowski/../../evil/x")]
    [InlineData("hf.co/bartowski/a/b")]
    [InlineData("qwen2.5:3b@sha256:abc")]
    [InlineData("qwen2.5:3b\n")]
    [InlineData("qwen2.5:3b:x")]
    [InlineData("ann/any:q8")]
    [InlineData("")]
    [InlineData("*")]
    public void Refuses_everything_else(string name) => Assert.False(Rules.Allows(name));

    [Fact]
    public void Nothing_is_allowed_without_a_list() => Assert.False(new PullRules([]).Allows("qwen2.5:3b"));
}
