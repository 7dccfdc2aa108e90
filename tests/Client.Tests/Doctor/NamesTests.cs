using QuicPair.Cli.Doctor;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Client.Tests.Doctor;

/// <summary>What <c>doctor --network</c> says of the servers' names, and without any server.</summary>
public sealed class NamesTests
{
    private const string Known = "stun:localhost";
    private const string Unknown = "stun:no-such-name.invalid";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_name_that_is_not_resolved_is_told_and_only_all_of_them_are_a_failure()
    {
        Assert.Equal(Verdict.Ok, (await Check(Known)).Verdict);
        Assert.Equal(Verdict.Fail, (await Check(Unknown)).Verdict);
        var some = await Check(Known, Unknown);
        Assert.Equal(Verdict.Warn, some.Verdict);
        Assert.Contains("cannot be resolved: no-such-name.invalid.", some.Text, StringComparison.Ordinal);
        Assert.Equal(Verdict.NotMeasured, (await Check("stun:127.0.0.1")).Verdict);
    }

    [Fact]
    public async Task Without_a_server_nothing_is_said_of_the_path()
    {
        var examination = await Examination.Run([], Cancellation);
        Assert.Equal(ExpectedPath.Unknown, examination.Path);
        foreach (var check in (string[])["dns", "udp", "mapping", "hairpin", "turn"])
        {
            var finding = Assert.Single(examination.Findings, each => each.Check == check);
            Assert.Equal(Verdict.NotMeasured, finding.Verdict);
        }
    }

    private static Task<Finding> Check(params string[] urls) =>
        new Names().Check([.. urls.Select(Server)], Cancellation);

    private static IceServer Server(string url)
    {
        Assert.True(IceServer.TryParse(url, out var server));
        return server;
    }
}
