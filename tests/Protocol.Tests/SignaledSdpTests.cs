using System.Text.Json;
using CsCheck;
using QuicPair.Protocol.Signaling;

namespace QuicPair.Protocol.Tests;

public sealed class SignaledSdpTests
{
    private static readonly JsonElement Answers = VectorFile.QuicPair("sdp");

    [Fact]
    public void Accepts_what_keeps_the_rules_and_reads_its_fingerprint()
    {
        foreach (var answer in Answers.Each("accepted"))
        {
            Assert.True(SignaledSdp.TryCheck(answer.Text("sdp"), out var problem), answer.Text("name"));
            Assert.Equal(SdpProblem.None, problem);
            var fingerprint = new byte[32];
            Assert.True(SignaledSdp.TryReadFingerprint(answer.Text("sdp"), fingerprint));
            Assert.Equal(answer.Hex("fingerprint"), fingerprint);
        }
    }

    [Fact]
    public void Refuses_what_breaks_a_rule_and_says_which()
    {
        foreach (var answer in Answers.Each("refused"))
        {
            Assert.False(SignaledSdp.TryCheck(answer.Text("sdp"), out var problem));
            Assert.Equal(
                (answer.Text("name"), answer.Text("problem").Replace("_", "", StringComparison.Ordinal)),
                (answer.Text("name"), problem.ToString().ToLowerInvariant()));
        }
    }

    [Fact]
    public void Never_throws_on_any_text() =>
        Gen.String.Sample(text => !SignaledSdp.TryCheck(text, out _));
}
