using System.Text.Json;
using QuicPair.Interop.Peers;
using QuicPair.Rtc.Sockets;
using QuicPair.RtcPeer;
using Xunit;

namespace QuicPair.Interop;

/// <summary>One of our connections and one of another make's, from the offer to the close.</summary>
internal sealed class Meeting(PeerProcess other, CancellationToken cancellation) : IAsyncDisposable
{
    private readonly RtcHost _host = RtcHost.Start(new RtcHostOptions { AdvertiseLoopback = true });

    /// <summary>Whether both descriptions had INIT in them, so that there was no handshake of SCTP.</summary>
    public bool WereBothInitsDescribed { get; private set; }

    /// <summary>They offer; both exchange everything; they close.</summary>
    public async Task TheyOffer()
    {
        await other.Tell(new { command = "start", role = "offer" });
        var offer = await other.Expect("description", cancellation);
        await using var connection = _host.CreateAnswer(offer.GetProperty("sdp").GetString()!, new PeerOptions());
        await Describe("answer", connection);
        Compare(offer, connection);

        var channel = await Talk(connection);
        await other.Tell(new { command = "close-channel" });
        await channel.Closed.WaitAsync(cancellation);
        await other.Expect("channel-closed", cancellation);
        await other.Tell(new { command = "close" });

        Assert.Null(await connection.Completion.WaitAsync(cancellation));
        await ExpectOrderlyEnd();
    }

    /// <summary>We offer; both exchange everything; we close.</summary>
    public async Task WeOffer()
    {
        await other.Tell(new { command = "start", role = "answer" });
        await using var connection = _host.CreateOffer(new PeerOptions { Channels = [new ChannelOptions("llm")] });
        await Describe("offer", connection);
        var answer = await other.Expect("description", cancellation);
        connection.SetRemoteDescription(answer.GetProperty("sdp").GetString()!);
        Compare(answer, connection);

        var channel = await Talk(connection);
        channel.Close();
        await channel.Closed.WaitAsync(cancellation);
        await other.Expect("channel-closed", cancellation);
        connection.Close();

        Assert.Null(await connection.Completion.WaitAsync(cancellation));
        await ExpectOrderlyEnd();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task ExpectOrderlyEnd()
    {
        var end = await other.Expect("closed", cancellation);
        Assert.Equal("closed", end.GetProperty("state").GetString());
    }

    private void Compare(JsonElement theirs, PeerConnection connection)
    {
        const string attribute = "\r\na=sctp-init:";
        WereBothInitsDescribed = theirs.GetProperty("sdp").GetString()!.Contains(attribute, StringComparison.Ordinal)
            && connection.LocalDescription.Contains(attribute, StringComparison.Ordinal);
    }

    private Task Describe(string type, PeerConnection connection) =>
        other.Tell(new { command = "description", type, sdp = connection.LocalDescription });

    private async Task<DataChannel> Talk(PeerConnection connection)
    {
        var channel = await connection.AcceptChannel(cancellation);
        Assert.Equal("llm", channel.Label);
        await other.Expect("open", cancellation);

        var exchange = new Exchange(channel);
        await other.Tell(new { command = "exchange" });
        await exchange.SendAll(cancellation);
        await exchange.Received.WaitAsync(cancellation);
        var theirs = await other.Expect("exchanged", cancellation);

        Assert.Equal(MessagePlan.Count, theirs.GetProperty("messages").GetInt32());
        Assert.Equal(MessagePlan.TotalLength, theirs.GetProperty("bytes").GetInt64());
        Assert.False(connection.RemoteCertificate.IsEmpty);
        return channel;
    }
}
