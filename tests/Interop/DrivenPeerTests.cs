using QuicPair.Interop.Peers;
using QuicPair.Rtc.Sockets;
using Xunit;

namespace QuicPair.Interop;

/// <summary>The program <c>tests/RtcPeer</c> with early candidates, bad commands and bad messages.</summary>
public sealed class DrivenPeerTests : IAsyncLifetime
{
    private const int Patience = 120_000;

    private static readonly string[] BadCommands =
    [
        "",
        "start",
        "[]",
        "{}",
        """{"c":1}""",
        """{"c":"unheard-of"}""",
        """{"c":"unheard-of","n":1}""",
        """{"c":"stats","n":"one"}""",
        """{"c":"start"}""",
        """{"c":"start","role":"offer","iceServers":[{"urls":"http://nowhere"}]}""",
        """{"c":"desc","type":"offer"}""",
        """{"c":"desc","type":"offer","sdp":"v=1"}""",
        """{"c":"desc","type":"offer","sdp":"v=1","n":1}""",
        """{"c":"cand"}""",
        """{"c":"cand","candidate":null}""",
        """{"c":"cand","candidate":"candidate:1\na=ice-ufrag:another"}""",
        """{"c":"restart"}""",
        """{"c":"stream","count":1,"gapMs":1}""",
        """{"c":"exchange"}""",
        """{"c":"close-channel"}""",
    ];

    private readonly RtcHost _host = RtcHost.Start(new RtcHostOptions { AdvertiseLoopback = true });
    private readonly PeerProcess _program = PeerProcess.Ours();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _program.Expect("ready", Cancellation);

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Candidates_that_come_before_an_offer_are_kept_for_it()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await _program.Tell(new { c = "start", role = "answer", exchange = true });
        await using var connection = _host.CreateOffer(new PeerOptions { Channels = [new ChannelOptions("llm")] });
        await TellCandidatesFirst("offer", connection.LocalDescription);
        connection.SetRemoteDescription(WithoutCandidates(await Description()));
        await connection.AcceptChannel(cancellation);
        await _program.Expect("open", cancellation);
    }

    [Fact(Timeout = Patience)]
    public async Task Candidates_that_come_before_an_answer_are_kept_for_it()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await _program.Tell(new { c = "start", role = "offer", exchange = true });
        var offer = WithoutCandidates(await Description());
        await using var connection = _host.CreateAnswer(offer, new PeerOptions());
        await TellCandidatesFirst("answer", connection.LocalDescription);
        await connection.AcceptChannel(cancellation);
        await _program.Expect("open", cancellation);
    }

    [Fact(Timeout = Patience)]
    public async Task A_bad_command_is_answered_with_an_error_and_is_the_end_of_nothing()
    {
        var cancellation = TestContext.Current.CancellationToken;
        foreach (var line in BadCommands)
        {
            await _program.TellLine(line);
            await _program.Expect("error", cancellation);
        }

        await _program.Tell(new { c = "start", role = "offer" });
        Assert.StartsWith("v=0", await Description(), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_message_that_is_not_the_plans_is_told()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await _program.Tell(new { c = "start", role = "answer", exchange = true });
        await using var connection = _host.CreateOffer(new PeerOptions { Channels = [new ChannelOptions("llm")] });
        await _program.Tell(new { c = "desc", type = "offer", sdp = connection.LocalDescription });
        connection.SetRemoteDescription(await Description());
        var channel = await connection.AcceptChannel(cancellation);
        Assert.True(channel.TrySend("not of the plan"u8));
        await _program.Expect("corrupt", cancellation);
    }

    // No description has candidates: the program is not checked, and can check only those that it was told first.
    private async Task TellCandidatesFirst(string type, string sdp)
    {
        var candidates = sdp.Split("\r\n").Where(IsCandidate).ToList();
        Assert.NotEmpty(candidates);
        foreach (var candidate in candidates)
        {
            await _program.Tell(new { c = "cand", candidate = candidate["a=".Length..], mid = "0" });
        }

        await _program.Tell(new { c = "desc", type, sdp = WithoutCandidates(sdp) });
    }

    private async Task<string> Description() =>
        (await _program.Expect("desc", Cancellation)).GetProperty("sdp").GetString()!;

    private static string WithoutCandidates(string sdp) =>
        string.Join("\r\n", sdp.Split("\r\n").Where(line => !IsCandidate(line)));

    private static bool IsCandidate(string line) => line.StartsWith("a=candidate:", StringComparison.Ordinal);
}
