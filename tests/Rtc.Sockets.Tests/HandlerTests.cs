using Xunit;

namespace QuicPair.Rtc.Sockets.Tests;

/// <summary>A handler that throws is the end of its own connection, and of nothing else.</summary>
public sealed class HandlerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_handler_that_throws_ends_its_connection_and_no_other(bool wasKept)
    {
        await using var mac = RtcHost.Start(new RtcHostOptions { Address = System.Net.IPAddress.Loopback });
        await using var phones = RtcHost.Start(new RtcHostOptions { Address = System.Net.IPAddress.Loopback });
        await using var others = RtcHost.Start(new RtcHostOptions { Address = System.Net.IPAddress.Loopback });
        var (badPhone, badMac, badChannel, _) = await Connect(phones, mac);
        var (_, _, goodChannel, goodPhoneChannel) = await Connect(others, mac);
        var fault = new InvalidOperationException("the handler's own");

        var phoneChannel = badPhone.Channel;
        if (wasKept) phoneChannel.TrySend("kept"u8);
        badChannel.OnMessage = (_, _) => throw fault;
        phoneChannel.TrySend("now"u8);

        Assert.Equal(PeerFailure.HandlerFailed, await badMac.Completion.WaitAsync(Cancellation));
        Assert.Same(fault, badMac.HandlerException);
        await badPhone.Peer.Completion.WaitAsync(Cancellation);
        var next = PeerPair.NextMessage(goodChannel);
        Assert.True(goodPhoneChannel.TrySend("still here"u8));
        Assert.Equal("still here"u8.ToArray(), await next);
    }

    private static async Task<((PeerConnection Peer, DataChannel Channel) Phone, PeerConnection Mac,
        DataChannel MacChannel, DataChannel PhoneChannel)> Connect(RtcHost phones, RtcHost mac)
    {
        var offering = phones.CreateOffer(new PeerOptions { Channels = [new ChannelOptions("llm")] });
        var answering = mac.CreateAnswer(offering.LocalDescription, new PeerOptions());
        offering.SetRemoteDescription(answering.LocalDescription);
        var phoneChannel = await offering.AcceptChannel(Cancellation);
        var macChannel = await answering.AcceptChannel(Cancellation);
        return ((offering, phoneChannel), answering, macChannel, phoneChannel);
    }
}
