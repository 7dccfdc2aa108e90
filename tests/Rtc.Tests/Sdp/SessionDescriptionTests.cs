using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Sdp;
using Xunit;

namespace QuicPair.Rtc.Tests.Sdp;

public sealed class SessionDescriptionTests
{
    [Fact]
    public void Reads_an_offer_of_Chromium()
    {
        var offer = Parse(Descriptions.ChromiumOffer);

        Assert.Equal(new IceCredentials("Oyef", "T0teqPLNQQOf+5W+ls+P2p16"), offer.Credentials);
        Assert.Equal(Descriptions.Fingerprint, Assert.Single(offer.Fingerprints).ToString());
        Assert.Equal("47.61.61.61:36768", Assert.Single(offer.Candidates).Address.ToString());
        Assert.Equal(SdpSetup.ActPass, offer.Setup);
        Assert.Equal(DtlsRole.Client, offer.RoleOfAnswerer);
        Assert.Equal(5000, offer.SctpPort);
        Assert.Equal(262_144, offer.MaximumMessageSize);
        Assert.Null(offer.SctpInit);
        Assert.Equal(new SdpOrigin(4_611_731_400_430_051_336, 2), offer.Origin);
    }

    [Fact]
    public void Reads_an_offer_of_libdatachannel_with_its_fingerprint_at_session_level()
    {
        var offer = Parse(Descriptions.LibDataChannelOffer);

        Assert.Equal("4PJR", offer.Credentials.UsernameFragment);
        Assert.Equal(Descriptions.Fingerprint, Assert.Single(offer.Fingerprints).ToString());
        Assert.Equal(2, offer.Candidates.Count);
        Assert.Equal("[fd00::8a2e:0:0:7]:53412", offer.Candidates[1].Address.ToString());
    }

    [Theory]
    [InlineData("- 7 3 IN IP4 127.0.0.1", true)]
    [InlineData("- 7 4 IN IP4 127.0.0.1", false)]
    [InlineData("- 7 5 IN IP4 127.0.0.1", false)]
    [InlineData("- 8 3 IN IP4 127.0.0.1", false)]
    [InlineData("- 7 x IN IP4 127.0.0.1", false)]
    [InlineData("- 7 -1 IN IP4 127.0.0.1", false)]
    [InlineData("- 7 3", false)]
    [InlineData("- 7 3 IN IP4 127.0.0.1 x", false)]
    [InlineData("", false)]
    public void Knows_an_earlier_description_of_a_session_by_its_origin(string origin, bool isEarlier)
    {
        const string old = "- 4611731400430051336 2 IN IP4 127.0.0.1";
        var known = Parse(Replace(old, "- 7 4 IN IP4 127.0.0.1"));

        Assert.Equal(isEarlier, Parse(Replace(old, origin)).Precedes(known));
    }

    [Fact]
    public void Finds_the_data_channel_section_among_others()
    {
        var offer = Parse(Descriptions.WithAudioAndVideo);

        Assert.Equal("abcdef01", offer.Credentials.UsernameFragment);
        Assert.Equal(DtlsRole.Server, offer.RoleOfAnswerer);
        Assert.Equal(64 * 1024, offer.MaximumMessageSize);
        Assert.Equal(3, offer.Sections.Count);
    }

    [Fact]
    public void Reads_the_old_form() => Assert.Equal(5001, Parse(Descriptions.OldForm).SctpPort);

    [Fact]
    public void Reads_line_feeds_alone_lower_case_fingerprints_and_unknown_lines()
    {
        var lowerCase = Descriptions.Fingerprint.ToLowerInvariant();
        var text = Descriptions.ChromiumOffer
            .Replace("\r\n", "\n", StringComparison.Ordinal)
            .Replace(Descriptions.Fingerprint, lowerCase, StringComparison.Ordinal)
            .Replace("t=0 0\n", "t=0 0\nb=AS:30\nz=x\na=new\na=newer:value\n\n", StringComparison.Ordinal);

        Assert.Equal(Descriptions.Fingerprint, Assert.Single(Parse(text).Fingerprints).ToString());
    }

    [Theory]
    [InlineData("a=max-message-size:262144", "a=max-message-size:0", long.MaxValue)]
    [InlineData("a=max-message-size:262144", "a=max-message-size:-1", 65_536)]
    [InlineData("a=max-message-size:262144", "a=max-message-size:100000", 100_000)]
    public void Reads_the_limit_of_messages(string old, string replacement, long limit) =>
        Assert.Equal(limit, Parse(Replace(old, replacement)).MaximumMessageSize);

    [Theory]
    [InlineData("v=0", "v=1", SdpProblem.Malformed)]
    [InlineData("m=application 9", "m=application x", SdpProblem.Malformed)]
    [InlineData("webrtc-datachannel", "other", SdpProblem.NoDataChannel)]
    [InlineData("m=application 9", "m=application 0", SdpProblem.NoDataChannel)]
    [InlineData("m=application 9", "m=audio 9", SdpProblem.NoDataChannel)]
    [InlineData("a=ice-ufrag:Oyef", "a=ice-ufrag:Oye", SdpProblem.NoCredentials)]
    [InlineData("a=ice-pwd:T0te", "a=ice-pwd:", SdpProblem.NoCredentials)]
    [InlineData("a=ice-ufrag", "a=nothing", SdpProblem.NoCredentials)]
    [InlineData("sha-256", "sha-1", SdpProblem.NoFingerprint)]
    [InlineData("2A:9B", "2A:9", SdpProblem.NoFingerprint)]
    [InlineData("a=setup:actpass", "a=setup:holdconn", SdpProblem.NoRole)]
    public void Says_what_is_wrong(string old, string replacement, SdpProblem expected)
    {
        Assert.False(SessionDescription.TryParse(Replace(old, replacement), out var none, out var problem));
        Assert.Null(none);
        Assert.Equal(expected, problem);
    }

    [Fact]
    public void Two_data_channel_sections_are_one_too_many()
    {
        var text = Descriptions.ChromiumOffer + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n";
        Assert.False(SessionDescription.TryParse(text, out _, out var problem));
        Assert.Equal(SdpProblem.SeveralDataChannels, problem);
    }

    [Fact]
    public void Ten_thousand_candidates_are_too_long_and_fifty_are_cut_to_32()
    {
        var candidate = "a=candidate:1 1 udp 1 192.0.2.1 {0} typ host\r\n";
        var many = string.Concat(Enumerable.Range(1, 10_000).Select(port => Format(candidate, port)));
        var some = string.Concat(Enumerable.Range(1, 50).Select(port => Format(candidate, port)));

        Assert.False(SessionDescription.TryParse(Descriptions.ChromiumOffer + many, out _, out var problem));
        Assert.Equal(SdpProblem.TooLong, problem);
        Assert.Equal(32, Parse(Descriptions.ChromiumOffer + some).Candidates.Count);
    }

    [Fact]
    public void No_truncation_throws()
    {
        foreach (var text in (string[])[Descriptions.ChromiumOffer, Descriptions.WithAudioAndVideo])
        {
            for (var length = 0; length < text.Length; length++)
            {
                _ = SessionDescription.TryParse(text.AsSpan(0, length), out _, out _);
            }
        }
    }

    private static string Replace(string old, string replacement) =>
        Descriptions.ChromiumOffer.Replace(old, replacement, StringComparison.Ordinal);

    private static string Format(string format, int port) =>
        format.Replace("{0}", $"{port}", StringComparison.Ordinal);

    private static SessionDescription Parse(string text)
    {
        Assert.True(SessionDescription.TryParse(text, out var description, out var problem), $"{problem}");
        return description!;
    }
}
