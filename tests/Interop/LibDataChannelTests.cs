using QuicPair.Interop.Peers;
using Xunit;

namespace QuicPair.Interop;

/// <summary>Against libdatachannel.</summary>
public sealed class LibDataChannelTests(NodePeers peers)
{
    private const int Patience = 120_000;
    private const string Program = "libdatachannel.mjs";

    [Fact(Timeout = Patience)]
    public async Task It_offers_and_everything_arrives()
    {
        await using var peer = await peers.Start(Program, TestContext.Current.CancellationToken);
        await using var meeting = new Meeting(peer, TestContext.Current.CancellationToken);
        await meeting.TheyOffer();
    }

    [Fact(Timeout = Patience)]
    public async Task It_answers_and_everything_arrives()
    {
        await using var peer = await peers.Start(Program, TestContext.Current.CancellationToken);
        await using var meeting = new Meeting(peer, TestContext.Current.CancellationToken);
        await meeting.WeOffer();
    }
}
