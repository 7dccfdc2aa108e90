using System.Text.Json;
using QuicPair.Interop.Peers;
using QuicPair.RtcPeer;
using Xunit;

namespace QuicPair.Interop;

/// <summary>The program <c>tests/RtcPeer</c> and a peer of another make, from the offer to the close.</summary>
internal sealed class ProgramMeeting(PeerProcess ours, PeerProcess other, CancellationToken cancellation)
{
    /// <summary>They offer; both exchange everything; they close.</summary>
    public async Task TheyOffer()
    {
        await ours.Tell(new { c = "start", role = "answer", exchange = true });
        await other.Tell(new { command = "start", role = "offer" });
        await CarryTheirs();
        await CarryOurs();
        await Talk();

        await other.Tell(new { command = "close-channel" });
        await ExpectClosedChannel();
        await other.Tell(new { command = "close" });
        await ExpectOrderlyEnd();
    }

    /// <summary>We offer; both exchange everything; we close.</summary>
    public async Task WeOffer()
    {
        await other.Tell(new { command = "start", role = "answer" });
        await ours.Tell(new { c = "start", role = "offer", exchange = true });
        await CarryOurs();
        await CarryTheirs();
        await Talk();

        await ours.Tell(new { c = "close-channel" });
        await ExpectClosedChannel();
        await ours.Tell(new { c = "close" });
        await ours.Expect("closed", cancellation);
        await ExpectOrderlyEnd();
    }

    private async Task CarryOurs()
    {
        var told = await ours.Expect("desc", cancellation);
        await other.Tell(new { command = "description", type = TextOf(told, "type"), sdp = TextOf(told, "sdp") });
    }

    private async Task CarryTheirs()
    {
        var told = await other.Expect("description", cancellation);
        await ours.Tell(new { c = "desc", type = TextOf(told, "type"), sdp = TextOf(told, "sdp") });
    }

    private async Task Talk()
    {
        Assert.Equal("llm", TextOf(await ours.Expect("open", cancellation), "label"));
        await other.Expect("open", cancellation);

        await ours.Tell(new { c = "exchange" });
        await other.Tell(new { command = "exchange" });
        await ExpectEverything(ours);
        await ExpectEverything(other);
    }

    private async Task ExpectEverything(PeerProcess peer)
    {
        var came = await peer.Expect("exchanged", cancellation);
        Assert.Equal(MessagePlan.Count, came.GetProperty("messages").GetInt32());
        Assert.Equal(MessagePlan.TotalLength, came.GetProperty("bytes").GetInt64());
    }

    private async Task ExpectClosedChannel()
    {
        var closed = await ours.Expect("channel-closed", cancellation);
        Assert.Equal(MessagePlan.Count, closed.GetProperty("messages").GetInt32());
        await other.Expect("channel-closed", cancellation);
    }

    private async Task ExpectOrderlyEnd()
    {
        Assert.Equal("closed", TextOf(await other.Expect("closed", cancellation), "state"));
        Assert.Equal("", TextOf(await ours.Expect("ended", cancellation), "reason"));
    }

    private static string? TextOf(JsonElement news, string name) => news.GetProperty(name).GetString();
}
