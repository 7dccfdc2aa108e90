using System.Text;
using QuicPair.SignalingApi.Problems;
using QuicPair.SignalingApi.Requests;
using Xunit;

namespace QuicPair.SignalingApi.Tests;

public sealed class EnvelopeReaderTests
{
    private const string Good =
        """
        {"v":1,"mac":"aaaaaaaaaaaaaaaa","device":"bbbbbbbbbbbbbbbb","sdp":"v=0\r\n","ts":9007199254740991,
        "nonce":"AAECAwQFBgcICQoLDA0ODw","versions":[2,1,255],"auth":"AAECAwQFBgcICQoLDA0ODw"}
        """;

    private const string Choice =
        """
        {"v":1,"to":[{"mac":"cccccccccccccccc","device":"bbbbbbbbbbbbbbbb","auth":"AAECAwQFBgcICQoLDA0ODw"},
        {"mac":"aaaaaaaaaaaaaaaa","device":"dddddddddddddddd","auth":"_-ECAwQFBgcICQoLDA0ODw"}],"model":"words:1b",
        "sdp":"v=0\r\n","ts":1,"nonce":"AAECAwQFBgcICQoLDA0ODw","versions":[1]}
        """;

    [Fact]
    public void Reads_what_the_protocol_shows()
    {
        Assert.True(EnvelopeReader.TryRead(Encoding.UTF8.GetBytes(Good), withSdp: true, out var envelope, out _));
        var to = Assert.Single(envelope.To);
        Assert.False(envelope.IsChoice);
        Assert.Equal("aaaaaaaaaaaaaaaa", to.Mac?.Value);
        Assert.Equal("bbbbbbbbbbbbbbbb", to.Device.Value);
        Assert.Equal("v=0\r\n", envelope.Sdp);
        Assert.Equal((1L << 53) - 1, envelope.Timestamp);
        Assert.Equal([2, 1, 255], envelope.Versions);
        Assert.Equal(Enumerable.Range(0, 16).Select(i => (byte)i), envelope.Nonce);
        Assert.Equal(envelope.Nonce, to.Auth);
    }

    [Fact]
    public void Reads_a_choice_of_Macs_in_the_phones_order()
    {
        Assert.True(EnvelopeReader.TryRead(Encoding.UTF8.GetBytes(Choice), withSdp: true, out var envelope, out _));
        Assert.True(envelope.IsChoice);
        Assert.Equal("words:1b", envelope.Model);
        Assert.Equal(["cccccccccccccccc", "aaaaaaaaaaaaaaaa"], envelope.To.Select(to => to.Mac!.Value.Value));
        Assert.Equal(["bbbbbbbbbbbbbbbb", "dddddddddddddddd"], envelope.To.Select(to => to.Device.Value));
        Assert.Equal(0xff, envelope.To[1].Auth[0]);
    }

    [Fact]
    public void A_choice_without_a_model_is_one_for_the_default_model()
    {
        var text = Choice.Replace(",\"model\":\"words:1b\"", "", StringComparison.Ordinal);
        Assert.True(EnvelopeReader.TryRead(Encoding.UTF8.GetBytes(text), withSdp: true, out var envelope, out _));
        Assert.Null(envelope.Model);
    }

    [Theory]
    [InlineData("\"mac\":\"aaaaaaaaaaaaaaaa\",", "")]
    [InlineData("\"mac\":\"aaaaaaaaaaaaaaaa\"", "\"mac\":\"cccccccccccccccc\"")]
    [InlineData("\"mac\":\"aaaaaaaaaaaaaaaa\"", "\"mac\":\"AAAAAAAAAAAAAAAA\"")]
    [InlineData("\"device\":\"dddddddddddddddd\"", "\"device\":\"d\"")]
    [InlineData("\"device\":\"dddddddddddddddd\",", "")]
    [InlineData("\"auth\":\"_-ECAwQFBgcICQoLDA0ODw\"", "\"auth\":\"\"")]
    [InlineData(",\"auth\":\"_-ECAwQFBgcICQoLDA0ODw\"", "")]
    [InlineData("\"v\":1", "\"v\":1,\"mac\":\"aaaaaaaaaaaaaaaa\"")]
    [InlineData("\"v\":1", "\"v\":1,\"device\":\"aaaaaaaaaaaaaaaa\"")]
    [InlineData("\"v\":1", "\"v\":1,\"auth\":\"AAECAwQFBgcICQoLDA0ODw\"")]
    [InlineData("\"words:1b\"", "7")]
    [InlineData("\"words:1b\"", "null")]
    [InlineData("\"words:1b\"", "\"\"")]
    [InlineData("\"words:1b\"", "\"a\\u0007\"")]
    [InlineData("\"to\":[", "\"to\":[1,")]
    [InlineData("\"to\":[", "\"to\":[null,")]
    [InlineData("\"to\":[", "\"to\":[],\"was\":[")]
    [InlineData("\"to\":[", "\"to\":null,\"was\":[")]
    [InlineData("\"to\":[", "\"to\":{},\"was\":[")]
    public void Refuses_a_choice_that_is_none(string right, string wrong)
    {
        var text = Choice.Replace(right, wrong, StringComparison.Ordinal);
        Assert.NotEqual(Choice, text);
        Assert.False(EnvelopeReader.TryRead(Encoding.UTF8.GetBytes(text), withSdp: true, out _, out var problem));
        Assert.Same(Problem.BadRequest, problem);
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public void Ten_Macs_are_enough_to_choose_from(int macs, bool isRead)
    {
        const string rest = "\"device\":\"bbbbbbbbbbbbbbbb\",\"auth\":\"AAECAwQFBgcICQoLDA0ODw\"";
        var to = string.Join(',', Enumerable.Range(0, macs).Select(n =>
            $$"""{"mac":"aaaaaaaaaaaaaaa{{(char)('a' + n)}}",{{rest}}}"""));
        var text = $$"""{"v":1,"to":[{{to}}],"sdp":"","ts":1,"nonce":"AAECAwQFBgcICQoLDA0ODw","versions":[1]}""";
        Assert.Equal(isRead, EnvelopeReader.TryRead(Encoding.UTF8.GetBytes(text), withSdp: true, out _, out _));
    }

    [Theory]
    [InlineData("\"ts\":9007199254740991", "\"ts\":9007199254740992")]
    [InlineData("\"ts\":9007199254740991", "\"ts\":-1")]
    [InlineData("\"ts\":9007199254740991", "\"ts\":1.0")]
    [InlineData("\"ts\":9007199254740991", "\"ts\":1e3")]
    [InlineData("\"ts\":9007199254740991", "\"ts\":\"1\"")]
    [InlineData("\"ts\":9007199254740991", "\"ts\":null")]
    [InlineData("\"ts\":9007199254740991,", "")]
    [InlineData("\"ts\":9007199254740991", "\"ts\":1,\"ts\":1")]
    [InlineData("\"v\":1", "\"v\":1,\"x\":{\"y\":1,\"y\":2}")]
    [InlineData("[2,1,255]", "[]")]
    [InlineData("[2,1,255]", "[0]")]
    [InlineData("[2,1,255]", "[256]")]
    [InlineData("[2,1,255]", "[1,1]")]
    [InlineData("[2,1,255]", "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]")]
    [InlineData("[2,1,255]", "1")]
    [InlineData("[2,1,255]", "[\"1\"]")]
    [InlineData("\"v\":1", "\"v\":\"1\"")]
    [InlineData("\"v\":1", "\"V\":1")]
    [InlineData("\"sdp\":\"v=0\\r\\n\"", "\"sdp\":\"\\ud800\"")]
    [InlineData("\"sdp\":\"v=0\\r\\n\"", "\"sdp\":7")]
    [InlineData("\"mac\":\"aaaaaaaaaaaaaaaa\"", "\"mac\":null")]
    [InlineData("\"mac\":\"aaaaaaaaaaaaaaaa\"", "\"mac\":[\"aaaaaaaaaaaaaaaa\"]")]
    [InlineData("}", "},")]
    [InlineData("}", "")]
    [InlineData("{", "\ufeff{")]
    [InlineData("{", "// comment\n{")]
    public void Refuses_whatever_else_it_is(string right, string wrong)
    {
        var text = Good.Replace(right, wrong, StringComparison.Ordinal);
        Assert.NotEqual(Good, text);
        Assert.False(EnvelopeReader.TryRead(Encoding.UTF8.GetBytes(text), withSdp: true, out _, out var problem));
        Assert.Same(Problem.BadRequest, problem);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"v\"")]
    [InlineData("not json")]
    public void Refuses_what_is_no_object(string text) =>
        Assert.False(EnvelopeReader.TryRead(Encoding.UTF8.GetBytes(text), withSdp: true, out _, out _));

    [Fact]
    public void Refuses_bytes_that_are_no_text_wherever_they_are()
    {
        var text = Good.Replace("\"v\":1", "\"v\":1,\"x\":\"\u00ff\"", StringComparison.Ordinal);
        var bytes = Encoding.Latin1.GetBytes(text);
        Assert.False(EnvelopeReader.TryRead(bytes, withSdp: true, out _, out _));
    }

    [Theory]
    [InlineData(15, true)]
    [InlineData(16, false)]
    public void Sixteen_levels_are_deep_enough(int arrays, bool isRead)
    {
        var deep = new string('[', arrays) + new string(']', arrays);
        var text = Good.Replace("\"v\":1", $"\"v\":1,\"x\":{deep}", StringComparison.Ordinal);
        Assert.Equal(isRead, EnvelopeReader.TryRead(Encoding.UTF8.GetBytes(text), withSdp: true, out _, out _));
    }

    [Fact]
    public void Another_version_of_the_envelope_is_named_as_such()
    {
        var text = Good.Replace("\"v\":1", "\"v\":2", StringComparison.Ordinal);
        Assert.False(EnvelopeReader.TryRead(Encoding.UTF8.GetBytes(text), withSdp: true, out _, out var problem));
        Assert.Same(Problem.Version, problem);
    }

    [Fact]
    public void A_request_for_servers_has_no_description()
    {
        var text = Good.Replace("\"sdp\":\"v=0\\r\\n\",", string.Empty, StringComparison.Ordinal);
        Assert.True(EnvelopeReader.TryRead(Encoding.UTF8.GetBytes(text), withSdp: false, out var envelope, out _));
        Assert.Empty(envelope.Sdp);
        Assert.False(EnvelopeReader.TryRead(Encoding.UTF8.GetBytes(text), withSdp: true, out _, out _));
    }
}
