using System.Runtime.CompilerServices;
using System.Threading.Channels;
using QuicPair.Rtc.Sdp;
using QuicPair.Rtc.Sockets.Loop;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests;

public sealed class PeerConnectionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_ends_open_a_channel_and_talk()
    {
        await using var pair = await PeerPair.Connect();
        var atMac = PeerPair.NextMessage(pair.MacChannel);
        Assert.True(pair.PhoneChannel.TrySend("question"u8));
        Assert.Equal("question"u8.ToArray(), await atMac);

        var atPhone = PeerPair.NextMessage(pair.PhoneChannel);
        Assert.True(pair.MacChannel.TrySend("answer"u8));
        Assert.Equal("answer"u8.ToArray(), await atPhone);

        Assert.Equal(("llm", "", true, true), Describe(pair.MacChannel));
        Assert.Equal(pair.PhoneChannel.Id, pair.MacChannel.Id);
    }

    [Fact]
    public async Task Each_end_knows_the_certificate_of_the_other()
    {
        await using var pair = await PeerPair.Connect();

        Assert.Equal(pair.Phone.LocalCertificate.ToArray(), pair.Mac.RemoteCertificate.ToArray());
        Assert.Equal(pair.Mac.LocalCertificate.ToArray(), pair.Phone.RemoteCertificate.ToArray());
        Assert.Equal(pair.MacHost.Certificate.Der.ToArray(), pair.Mac.LocalCertificate.ToArray());
        Assert.NotEqual(pair.PhoneHost.Certificate.Der.ToArray(), pair.Phone.LocalCertificate.ToArray());
    }

    [Fact]
    public async Task Channels_survive_a_restart_of_ICE()
    {
        await using var pair = await PeerPair.Connect();
        var offer = pair.Phone.LocalDescription;
        pair.Phone.OfferRestart();
        pair.Mac.AddRemoteCandidates(pair.Phone.LocalDescription);
        pair.Phone.SetRemoteDescription(pair.Mac.LocalDescription);
        Assert.NotEqual(offer, pair.Phone.LocalDescription);
        var answered = pair.Phone.Statistics.DatagramsReceived;
        while (pair.Phone.Statistics.DatagramsReceived < answered + 2) await Task.Yield();

        var next = PeerPair.NextMessage(pair.MacChannel);
        Assert.True(pair.PhoneChannel.TrySend("after"u8));
        Assert.Equal("after"u8.ToArray(), await next);
    }

    [Fact]
    public async Task Restarts_that_nobody_answers_leave_the_living_path_its_checks()
    {
        await using var pair = await PeerPair.Connect();
        var fragment = pair.Phone.UserFragment;

        for (var attempt = 0; attempt < 6; attempt++) pair.Phone.OfferRestart();

        Assert.Contains(fragment, pair.Phone.Fragments);
        Assert.Contains(pair.Phone.UserFragment, pair.Phone.Fragments);
        Assert.Equal(3, pair.Phone.Fragments.Count);
    }

    [Fact]
    public void What_nobody_wants_is_kept_within_a_limit_of_all_channels()
    {
        var total = new StrongBox<int>();
        var channels = Enumerable.Range(0, 5).Select(_ => new KeptMessages(total)).ToList();

        Assert.Equal([true, true, true, true, false], channels.Select(kept => kept.TryAdd(new byte[1 << 20], false)));
        Assert.True(channels[0].TryTake(out _, out _));
        Assert.True(channels[4].TryAdd(new byte[1 << 20], false));
    }

    [Fact]
    public async Task Statistics_tell_the_path_and_the_stages_in_order()
    {
        await using var pair = await PeerPair.Connect();
        foreach (var statistics in new[] { pair.Phone.Statistics, pair.Mac.Statistics })
        {
            Assert.Equal(PathKind.Local, statistics.Path);
            Assert.NotNull(statistics.RoundTrip);
            Assert.True(statistics.IceConnectedAfter <= statistics.DtlsConnectedAfter);
            Assert.True(statistics.DtlsConnectedAfter <= statistics.SctpConnectedAfter);
            Assert.True(statistics.DatagramsSent > 0 && statistics.BytesReceived > 0);
        }
    }

    [Fact]
    public async Task Messages_that_come_before_a_handler_are_kept_for_it()
    {
        await using var pair = await PeerPair.Connect();
        for (byte number = 0; number < 10; number++) Assert.True(pair.PhoneChannel.TrySend([number]));
        var echo = PeerPair.NextMessage(pair.PhoneChannel);
        Assert.True(pair.MacChannel.TrySend("go"u8));
        await echo;

        var received = new List<byte>();
        var done = new TaskCompletionSource();
        pair.MacChannel.OnMessage = (message, _) =>
        {
            received.Add(message.Span[0]);
            if (received.Count == 10) done.SetResult();
        };
        await done.Task.WaitAsync(Cancellation);

        Assert.Equal(Enumerable.Range(0, 10).Select(number => (byte)number), received);
    }

    [Fact]
    public async Task Large_messages_arrive_whole_and_text_stays_text()
    {
        await using var pair = await PeerPair.Connect();
        var large = new byte[256 * 1024];
        Random.Shared.NextBytes(large);
        var arrived = new TaskCompletionSource<(byte[] Message, bool Text)>();
        pair.MacChannel.OnMessage = (message, text) => arrived.TrySetResult((message.ToArray(), text));
        Assert.True(pair.PhoneChannel.TrySend(large, text: true));

        var (message, isText) = await arrived.Task.WaitAsync(Cancellation);
        Assert.Equal(large, message);
        Assert.True(isText);
        Assert.False(pair.PhoneChannel.TrySend(new byte[(256 * 1024) + 1]));
    }

    [Fact]
    public async Task Sending_stops_at_the_limit_and_goes_on_when_the_buffer_is_drained()
    {
        await using var pair = await PeerPair.Connect(new PeerOptions { SendBufferLimit = 1 << 20 });
        pair.MacChannel.OnMessage = (_, _) => { }; // what nobody takes is kept, and too much of it ends the peer
        var message = new byte[16 * 1024];
        while (pair.PhoneChannel.TrySend(message))
        {
        }

        await pair.PhoneChannel.BufferedAmountBelow(0, Cancellation);
        Assert.Equal(0, pair.PhoneChannel.BufferedAmount);
        Assert.True(pair.PhoneChannel.TrySend(message));
    }

    [Fact]
    public async Task A_closed_channel_is_closed_at_both_ends()
    {
        await using var pair = await PeerPair.Connect();
        pair.PhoneChannel.Close();
        await pair.PhoneChannel.Closed.WaitAsync(Cancellation);
        await pair.MacChannel.Closed.WaitAsync(Cancellation);

        Assert.False(pair.PhoneChannel.TrySend("late"u8));
        Assert.False(pair.Phone.Completion.IsCompleted);
    }

    [Fact]
    public async Task Closing_a_connection_ends_it_in_order_at_both_ends()
    {
        await using var pair = await PeerPair.Connect();
        var last = PeerPair.NextMessage(pair.MacChannel);
        pair.PhoneChannel.TrySend("last words"u8);
        pair.Phone.Close();

        Assert.Equal("last words"u8.ToArray(), await last);
        Assert.Null(await pair.Phone.Completion.WaitAsync(Cancellation));
        Assert.Null(await pair.Mac.Completion.WaitAsync(Cancellation));
        await pair.MacChannel.Closed.WaitAsync(Cancellation);
        await Assert.ThrowsAsync<ChannelClosedException>(async () => await pair.Mac.AcceptChannel(Cancellation));
    }

    [Fact]
    public async Task An_impostor_is_refused()
    {
        await using var pair = PeerPair.Create();
        using var other = LocalCertificate.Create();
        var forged = pair.Mac.LocalDescription.Replace(
            pair.MacHost.Certificate.Fingerprint.ToString(), other.Fingerprint.ToString(), StringComparison.Ordinal);
        pair.Phone.SetRemoteDescription(forged);

        Assert.Equal(PeerFailure.FingerprintMismatch, await pair.Phone.Completion.WaitAsync(Cancellation));
        Assert.Equal(PeerFailure.DtlsFailed, await pair.Mac.Completion.WaitAsync(Cancellation));
        Assert.True(pair.Phone.RemoteCertificate.IsEmpty);
    }

    [Fact]
    public async Task A_connection_that_finds_nobody_gives_up()
    {
        await using var host = RtcHost.Start(new RtcHostOptions { Address = System.Net.IPAddress.Loopback });
        var options = new PeerOptions { ConnectTimeout = TimeSpan.FromMilliseconds(200) };
        await using var phone = host.CreateOffer(options);

        Assert.Equal(PeerFailure.IceFailed, await phone.Completion.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task Descriptions_that_cannot_be_used_are_refused_with_a_reason()
    {
        await using var pair = PeerPair.Create();
        var offer = pair.Phone.LocalDescription;

        Assert.Equal(SdpProblem.Malformed, Refused("nonsense"));
        Assert.Equal(SdpProblem.NoDataChannel, Refused(offer[..offer.IndexOf("m=", StringComparison.Ordinal)]));
        Assert.Equal(SdpProblem.NoFingerprint, Refused(offer.Replace("fingerprint", "x", StringComparison.Ordinal)));
        Assert.Equal(SdpProblem.NoCredentials, Refused(offer.Replace("ice-pwd", "x", StringComparison.Ordinal)));

        SdpProblem Refused(string sdp) =>
            Assert.Throws<SdpException>(() => pair.MacHost.CreateAnswer(sdp, new PeerOptions())).Reason;
    }

    private static (string, string, bool, bool) Describe(DataChannel channel) =>
        (channel.Label, channel.Protocol, channel.Ordered, channel.Reliable);
}
