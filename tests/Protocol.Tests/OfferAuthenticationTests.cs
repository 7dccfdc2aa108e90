using System.Text.Json;
using QuicPair.Protocol.Signaling;

namespace QuicPair.Protocol.Tests;

public sealed class OfferAuthenticationTests
{
    private static readonly JsonElement Answers = VectorFile.QuicPair("offer");

    [Fact]
    public void Authenticates_offers()
    {
        foreach (var answer in Answers.Each("offers"))
        {
            var ts = answer.GetProperty("ts").GetUInt64();
            var auth = OfferAuthentication.Offer(
                answer.Hex("key"), ts, answer.Hex("nonce"), answer.Bytes("versions"), answer.Text("sdp"));
            Assert.Equal(answer.Hex("auth"), auth);
        }
    }

    [Fact]
    public void Authenticates_answers()
    {
        foreach (var answer in Answers.Each("answers"))
        {
            var auth = OfferAuthentication.Answer(
                answer.Hex("key"),
                answer.Hex("offerNonce"),
                answer.Hex("answerNonce"),
                (byte)answer.Number("version"),
                answer.Text("sdp"));
            Assert.Equal(answer.Hex("auth"), auth);
        }
    }

    [Fact]
    public void Authenticates_ice_requests()
    {
        foreach (var answer in Answers.Each("ice"))
        {
            var ts = answer.GetProperty("ts").GetUInt64();
            var auth = OfferAuthentication.Ice(
                answer.Hex("key"), ts, answer.Hex("nonce"), answer.Bytes("versions"));
            Assert.Equal(answer.Hex("auth"), auth);
        }
    }

    [Fact]
    public void Compares_whole_codes_only()
    {
        var auth = Answers.Each("ice")[0].Hex("auth");
        Assert.True(OfferAuthentication.Verify(auth, auth.ToArray()));
        Assert.False(OfferAuthentication.Verify(auth, auth.AsSpan(0, 15)));
        Assert.False(OfferAuthentication.Verify(auth, []));
        auth[15] ^= 1;
        Assert.False(OfferAuthentication.Verify(Answers.Each("ice")[0].Hex("auth"), auth));
    }

    [Fact]
    public void Writes_and_reads_the_bodies_that_travel()
    {
        var bodies = Answers.GetProperty("bodies");
        var offer = bodies.GetProperty("offer").Deserialize(SignalingJson.Default.OfferRequest)!;
        var offerAgain = JsonSerializer.SerializeToElement(offer, SignalingJson.Default.OfferRequest);
        Assert.True(JsonElement.DeepEquals(bodies.GetProperty("offer"), offerAgain));
        var ice = bodies.GetProperty("ice").Deserialize(SignalingJson.Default.IceRequest)!;
        var iceAgain = JsonSerializer.SerializeToElement(ice, SignalingJson.Default.IceRequest);
        Assert.True(JsonElement.DeepEquals(bodies.GetProperty("ice"), iceAgain));
        var answer = bodies.GetProperty("answer").Deserialize(SignalingJson.Default.OfferResponse)!;
        Assert.Equal(Answers.Each("answers")[0].Text("sdp"), answer.Sdp);
    }

    [Fact]
    public void The_highest_common_version_is_chosen()
    {
        Assert.True(ProtocolVersion.TryChoose([3, 1, 2], out var chosen));
        Assert.Equal(ProtocolVersion.Current, chosen);
        Assert.False(ProtocolVersion.TryChoose([2, 3], out _));
        Assert.True(ProtocolVersion.IsValidList([.. Enumerable.Range(1, 16).Select(i => (byte)i)]));
        Assert.False(ProtocolVersion.IsValidList([.. Enumerable.Range(1, 17).Select(i => (byte)i)]));
        Assert.False(ProtocolVersion.IsValidList([]));
        Assert.False(ProtocolVersion.IsValidList([1, 0]));
        Assert.False(ProtocolVersion.IsValidList([1, 2, 1]));
    }
}
