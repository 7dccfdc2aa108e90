using QuicPair.Interop.Peers;
using Xunit;

namespace QuicPair.Interop;

/// <summary>Against Chromium, from the CHROMIUM variable or where Debian has it.</summary>
public sealed class ChromiumTests(NodePeers peers)
{
    private const int Patience = 120_000;

    private static readonly string Browser =
        Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium";

    internal static void Require()
    {
        if (!File.Exists(Browser)) Lane.Unavailable($"There is no {Browser}; set CHROMIUM to a Chromium.");
    }

    [Theory(Timeout = Patience)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_offers_and_everything_arrives_with_the_handshake_of_sctp_or_without(bool isWithout)
    {
        await using var peer = await Start(isWithout, TestContext.Current.CancellationToken);
        await using var meeting = new Meeting(peer, TestContext.Current.CancellationToken);
        await meeting.TheyOffer();
        Assert.Equal(isWithout, meeting.WereBothInitsDescribed);
    }

    [Theory(Timeout = Patience)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_answers_and_everything_arrives_with_the_handshake_of_sctp_or_without(bool isWithout)
    {
        await using var peer = await Start(isWithout, TestContext.Current.CancellationToken);
        await using var meeting = new Meeting(peer, TestContext.Current.CancellationToken);
        await meeting.WeOffer();
        Assert.Equal(isWithout, meeting.WereBothInitsDescribed);
    }

    // The flag makes Chromium put INIT into its descriptions (draft-hancke-tsvwg-snap).
    private Task<PeerProcess> Start(bool describesInit, CancellationToken cancellation)
    {
        Require();
        var flags = describesInit ? "--enable-features=WebRtcSctpSnap" : "";
        return peers.Start("chromium.mjs", cancellation, ("CHROMIUM_FLAGS", flags));
    }
}
