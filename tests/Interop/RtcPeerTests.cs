using QuicPair.Interop.Peers;
using Xunit;

namespace QuicPair.Interop;

/// <summary>
/// The program <c>tests/RtcPeer</c> as it is measured: a process of its own, driven by JSON lines, beside another make.
/// </summary>
public sealed class RtcPeerTests(NodePeers peers)
{
    private const int Patience = 120_000;

    [Theory(Timeout = Patience)]
    [InlineData("libdatachannel")]
    [InlineData("chromium")]
    public async Task It_offers_and_everything_arrives_and_both_ends_close(string make)
    {
        await using var other = await Start(make, TestContext.Current.CancellationToken);
        await using var ours = PeerProcess.Ours();
        await new ProgramMeeting(ours, other, TestContext.Current.CancellationToken).WeOffer();
    }

    [Theory(Timeout = Patience)]
    [InlineData("libdatachannel")]
    [InlineData("chromium")]
    public async Task It_answers_and_everything_arrives_and_both_ends_close(string make)
    {
        await using var other = await Start(make, TestContext.Current.CancellationToken);
        await using var ours = PeerProcess.Ours();
        await new ProgramMeeting(ours, other, TestContext.Current.CancellationToken).TheyOffer();
    }

    [Theory(Timeout = Patience)]
    [InlineData("ours", "libdatachannel")]
    [InlineData("libdatachannel", "ours")]
    [InlineData("ours", "chromium")]
    [InlineData("chromium", "ours")]
    public async Task It_connects_echoes_and_carries_bulk(string offerer, string answerer)
    {
        if (offerer == "chromium" || answerer == "chromium") ChromiumTests.Require();
        var result = await peers.Measure(offerer, answerer, rounds: 3, TestContext.Current.CancellationToken);
        string[] told = offerer == "libdatachannel" ? ["ice", "sctp"] : ["ice", "dtls", "sctp"];
        Assert.All(told, layer => Assert.True(result.GetProperty($"{layer}P50").GetDouble() > 0));
        Assert.True(result.GetProperty("connectP50").GetDouble() > 0);
        Assert.True(result.GetProperty("echoP50").GetDouble() > 0);
        Assert.True(result.GetProperty("bulkBytes").GetInt64() > 0);
    }

    private Task<PeerProcess> Start(string make, CancellationToken cancellation)
    {
        if (make == "chromium") ChromiumTests.Require();
        return peers.Start($"{make}.mjs", cancellation);
    }
}
