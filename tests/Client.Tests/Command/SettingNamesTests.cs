using QuicPair.Cli.Setup;

namespace QuicPair.Client.Tests.Command;

/// <summary>Which words of a command line <c>quicpair up</c> takes for settings.</summary>
public sealed class SettingNamesTests
{
    [Theory]
    [InlineData(null, "--Runner:Model=qwen2.5:3b", "Runner:Parallel=2", "/Mac:Name=Studio")]
    [InlineData(null, "--Runner:Model", "qwen2.5:3b", "--urls", "http://127.0.0.1:9")]
    [InlineData(null, "--urls=http://127.0.0.1:9", "--TURN_USER=x", "--turn_secret", "x", "--network:localonly=true")]
    [InlineData("--netwrok=a:b", "--Metrics:Port=0", "--netwrok=a:b")]
    [InlineData("--Netwrok:LocalOnly=true", "--Netwrok:LocalOnly=true")]
    [InlineData("--Household:Secret=x", "--Household:Secret=x")]
    [InlineData("--Runner=x", "--Runner=x")]
    [InlineData("--frobnicate", "--frobnicate")]
    [InlineData("-Runner:Model=m", "-Runner:Model=m")]
    [InlineData("Runner:Model", "Runner:Model")]
    [InlineData("b:c", "--Runner:Model", "a:b", "b:c")]
    public void The_first_that_is_none_is_found(string? unknown, params string[] words) =>
        Assert.Equal(unknown, SettingNames.FirstUnknown(words));
}
