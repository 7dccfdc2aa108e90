using QuicPair.Interop.Peers;
using Xunit;

namespace QuicPair.Interop;

/// <summary>Against Chromium, from the CHROMIUM variable or where Debian has it.</summary>
public sealed class ChromiumTests(NodePeers peers)
{
    private const int Patience = 120_000;

    private static readonly string Browser =
        Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium";

    [Fact(Timeout = Patience)]
    public async Task It_offers_and_everything_arrives()
    {
        await using var peer = await Start(TestContext.Current.CancellationToken);
        await using var meeting = new Meeting(peer, TestContext.Current.CancellationToken);
        await meeting.TheyOffer();
    }

    [Fact(Timeout = Patience)]
    public async Task It_answers_and_everything_arrives()
    {
        await using var peer = await Start(TestContext.Current.CancellationToken);
        await using var meeting = new Meeting(peer, TestContext.Current.CancellationToken);
        await meeting.WeOffer();
    }

    private Task<PeerProcess> Start(CancellationToken cancellation)
    {
        if (!File.Exists(Browser)) Lane.Unavailable($"There is no {Browser}; set CHROMIUM to a Chromium.");
        return peers.Start("chromium.mjs", cancellation);
    }
}
