using QuicPair.Silo.Hosting;

namespace QuicPair.Silo.Tests.Hosting;

/// <summary>Which words of a command line the daemon takes for settings.</summary>
public sealed class SettingNamesTests
{
    [Theory]
    [InlineData(null, "--Runner:Model=qwen2.5:3b", "Runner:Parallel=2", "/Mac:Name=Studio")]
    [InlineData(null, "--Runner:Model", "qwen2.5:3b", "--urls", "http://127.0.0.1:9")]
    [InlineData(null, "--urls=http://127.0.0.1:9", "--TURN_USER=x", "--turn_secret", "x", "--network:localonly=true")]
    [InlineData(null, "--AllowedHosts=*", "--Logging:LogLevel:Default=Debug", "--Kestrel:Limits:MaxRequestLineSize=9")]
    [InlineData(null, "--environment=Development", "--Orleans:ClusterId=c", "--OTEL_SERVICE_NAME", "mac")]
    [InlineData("--netwrok=a:b", "--Metrics:Port=0", "--netwrok=a:b")]
    [InlineData("--Netwrok:LocalOnly=true", "--Netwrok:LocalOnly=true")]
    [InlineData("--Network:LocalOnyl=true", "--Network:LocalOnyl=true")]
    [InlineData("--Network:LocalOnly", "--Network:LocalOnly")]
    [InlineData("--Household:Secret=x", "--Household:Secret=x")]
    [InlineData("--Runner=x", "--Runner=x")]
    [InlineData("--frobnicate", "--frobnicate")]
    [InlineData("-Runner:Model=m", "-Runner:Model=m")]
    [InlineData("Runner:Model", "Runner:Model")]
    [InlineData("b:c", "--Runner:Model", "a:b", "b:c")]
    public void The_first_that_is_none_is_found(string? unknown, params string[] words) =>
        Assert.Equal(unknown, SettingNames.FirstUnknown(words));

    [Theory]
    [InlineData("--Netwrok:LocalOnly=true", "--Netwrok:LocalOnly=true")]
    [InlineData("local", "--Metrics:Port=0", "local")]
    public async Task A_daemon_does_not_start_with_one_that_is_none(string word, params string[] words)
    {
        var errors = new StringWriter();
        Assert.Equal(2, await DaemonProcess.Run(words, errors));
        Assert.Equal($"'{word}' is not understood here.\n", errors.ToString());
    }
}
