using System.Text.Json;
using CsCheck;

namespace QuicPair.Protocol.Tests;

public sealed class PairingLinkTests
{
    private static readonly JsonElement Answers = VectorFile.QuicPair("link");

    [Fact]
    public void Reads_and_writes_every_accepted_link()
    {
        foreach (var answer in Answers.Each("accepted"))
        {
            Assert.True(PairingLink.TryParse(answer.Text("link"), out var link, out string problem), problem);
            Assert.Equal("", problem);
            Assert.Equal(answer.Text("origin"), link.Origin);
            Assert.Equal(answer.Hex("macPublicKey"), link.MacPublicKey);
            Assert.Equal(answer.Hex("secret"), link.Secret);
            Assert.Equal(answer.GetProperty("expiry").GetUInt32(), link.Expiry);
            Assert.Equal(answer.Number("flags"), (int)link.Flags);
            Assert.Equal(answer.Text("macId"), KeySchedule.MacId(link.MacPublicKey));
            Assert.Equal(answer.Text("deviceId"), KeySchedule.DeviceId(link.Secret));
            Assert.Equal(answer.OptionalText("written") ?? answer.Text("link"), link.Format());
        }
    }

    [Fact]
    public void Refuses_the_others_with_the_cause()
    {
        foreach (var answer in Answers.Each("refused"))
        {
            Assert.False(PairingLink.TryParse(answer.Text("link"), out var link, out LinkProblem problem));
            Assert.Null(link);
            Assert.Equal(answer.Text("problem"), problem.ToString().ToLowerInvariant());
            Assert.False(PairingLink.TryParse(answer.Text("link"), out _, out string sentence));
            Assert.EndsWith(".", sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_cause_has_its_own_sentence()
    {
        var sentences = Enum.GetValues<LinkProblem>().Select(PairingLink.Sentence).ToList();
        Assert.Equal(sentences.Count, sentences.Distinct().Count());
    }

    [Fact]
    public void Refuses_every_single_changed_character_of_the_data()
    {
        var text = Answers.Each("accepted")[0].Text("link");
        for (var i = text.IndexOf('.', text.IndexOf('#', StringComparison.Ordinal)) + 1; i < text.Length; i++)
        {
            var changed = text.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            Assert.False(PairingLink.TryParse(new string(changed), out _, out LinkProblem _));
        }
    }

    [Fact]
    public void Never_throws_on_any_text() =>
        Gen.String.Sample(text => !PairingLink.TryParse(text, out _, out LinkProblem _));

    [Fact]
    public void Shows_no_secret_as_text()
    {
        Assert.True(
            PairingLink.TryParse(Answers.Each("accepted")[0].Text("link"), out var link, out string _));
        Assert.DoesNotContain(StrictBase64Url.Encode(link.Secret), $"{link}", StringComparison.Ordinal);
        Assert.Contains("[redacted]", $"{link}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA", true)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAB", false)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA==", false)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAA", false)]
    [InlineData("AAAAAAAAAA AAAAAAAAAAA", false)]
    [InlineData("AAAAAAAAAA+AAAAAAAAAAA", false)]
    [InlineData("", false)]
    public void Base64url_of_16_bytes_has_exactly_one_text(string text, bool accepted) =>
        Assert.Equal(accepted, StrictBase64Url.TryDecode(text, new byte[16]));
}
