using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Channels;
using QuicPair.Rtc.Sockets;
using Xunit;

namespace QuicPair.EndToEnd.BadInput;

/// <summary>
/// Real WebRTC against a real silo by somebody who does not keep to the protocol: each gets its clear end, the log
/// stays quiet, and the Mac goes on.
/// </summary>
public sealed class BadInputTests(OneMac one) : IClassFixture<OneMac>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_plaintext_chat_before_the_handshake_ends_the_channel(bool text)
    {
        var mac = one.Mac;
        var link = await mac.Invite();
        await using (var phone = new RawPhone(link))
        {
            var (channel, _) = await phone.Connect();
            var said = Messages(channel);
            Assert.True(channel.TrySend("""{"op":"chat","prompt":"hi"}"""u8, text));

            await channel.Closed.WaitAsync(TestContext.Current.CancellationToken);
            said.Writer.TryComplete();

            // Docs/protocol.md, 4: one alert before the handshake ends, and no word to a text message.
            byte[][] expected = text ? [] : [[0x7F, 1]];
            var heard = said.Reader.ReadAllAsync(TestContext.Current.CancellationToken);
            Assert.Equal(expected, await heard.ToListAsync(TestContext.Current.CancellationToken));
        }

        await AssertGoesOn(mac, link);
    }

    [Fact]
    public async Task A_signed_offer_with_two_fingerprints_cannot_be_read()
    {
        var mac = one.Mac;
        var link = await mac.Invite();
        await using (var phone = new RawPhone(link))
        {
            var line = Fingerprint(phone.Peer.LocalDescription);
            var twice = phone.Peer.LocalDescription.Replace(line, line + line, StringComparison.Ordinal);

            var (status, body) = await phone.Offer(twice);

            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Equal("bad_request", body.GetProperty("code").GetString());
            Assert.Equal("The request cannot be read.", body.GetProperty("title").GetString());
        }

        await AssertGoesOn(mac, link);
    }

    [Fact]
    public async Task A_phone_that_shows_another_certificate_than_its_offer_never_connects()
    {
        var mac = one.Mac;
        var link = await mac.Invite();
        await using (var phone = new RawPhone(link))
        {
            var line = Fingerprint(phone.Peer.LocalDescription);
            var other = "a=fingerprint:sha-256 " + string.Join(':', Enumerable.Repeat("A7", 32)) + "\r\n";
            var (status, body) = await phone.Offer(
                phone.Peer.LocalDescription.Replace(line, other, StringComparison.Ordinal));
            Assert.Equal(HttpStatusCode.OK, status);
            phone.Peer.SetRemoteDescription(body.GetProperty("sdp").GetString()!);

            await Assert.ThrowsAsync<ChannelClosedException>(
                async () => await phone.Peer.AcceptChannel(TestContext.Current.CancellationToken));
            Assert.Equal(PeerFailure.DtlsFailed, await phone.Peer.Completion);
        }

        await AssertGoesOn(mac, link);
    }

    [Fact]
    public async Task Requests_that_cannot_be_met_are_answered_and_garbage_ends_the_session_without_a_word()
    {
        var mac = one.Mac;
        await using (var phone = new RawPhone(await mac.Invite()))
        {
            using var session = await phone.Pair();
            session.Say("""{"op":"frobnicate","id":"a1"}""");
            Assert.Equal("unknown_op", await Error(session));
            session.Say("""{"op":"chat","id":"a2","model":"absent:1b","prompt":"hi"}""");
            Assert.Equal("model_not_found", await Error(session));

            session.Throw([0x10, .. RandomNumberGenerator.GetBytes(64)]);
            Assert.Null(await session.Next());
        }

        await AssertGoesOn(mac, await mac.Invite());
    }

    /// <summary>The code of the next error.</summary>
    private static async Task<string?> Error(RawSession session)
    {
        while (true)
        {
            var message = JsonElement.Parse((await session.Next())!);
            if (message.GetProperty("op").GetString() == "error") return message.GetProperty("code").GetString();
        }
    }

    private static string Fingerprint(string sdp)
    {
        var at = sdp.IndexOf("a=fingerprint", StringComparison.Ordinal);
        return sdp[at..(sdp.IndexOf("\r\n", at, StringComparison.Ordinal) + 2)];
    }

    private static Channel<byte[]> Messages(DataChannel channel)
    {
        var messages = Channel.CreateUnbounded<byte[]>();
        channel.OnMessage = (message, _) => messages.Writer.TryWrite(message.ToArray());
        return messages;
    }

    /// <summary>The Mac pairs by a link, the one before if it was not used, and nobody wrote a warning.</summary>
    private static async Task AssertGoesOn(MacProcess mac, string link)
    {
        using var phone = new PhoneCommand();
        var (exit, output, errors) = await phone.Run("chat", link, "Hello");
        Assert.True(exit == 0, errors);
        Assert.NotEmpty(output);
        Assert.Empty(mac.Process.Complaints);
    }
}
