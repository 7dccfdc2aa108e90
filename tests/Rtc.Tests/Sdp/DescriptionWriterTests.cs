using System.Text.RegularExpressions;
using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Sdp;
using QuicPair.Rtc.Tests.Ice;
using Xunit;

namespace QuicPair.Rtc.Tests.Sdp;

public sealed class DescriptionWriterTests
{
    [Fact]
    public void An_offer_reads_back()
    {
        var local = Local();
        var text = DescriptionWriter.WriteOffer(local);

        Assert.True(SessionDescription.TryParse(text, out var offer, out _));
        Assert.Equal(local.Credentials, offer!.Credentials);
        Assert.Equal(local.Fingerprint, Assert.Single(offer.Fingerprints));
        Assert.Equal(local.Candidates, offer.Candidates.Select(each => each with { Base = each.Address }));
        Assert.Equal(SdpSetup.ActPass, offer.Setup);
        Assert.Equal(262_144, offer.MaximumMessageSize);
        Assert.True(offer.HasBundle);
        AssertObeysTheProtocol(text);
    }

    [Fact]
    public void An_answer_to_Chromium_is_active_and_bundled()
    {
        var text = Answer(Descriptions.ChromiumOffer);

        Assert.Contains("a=setup:active\r\n", text, StringComparison.Ordinal);
        Assert.Contains("a=mid:0\r\n", text, StringComparison.Ordinal);
        Assert.Contains("a=group:BUNDLE 0\r\n", text, StringComparison.Ordinal);
        Assert.True(SessionDescription.TryParse(text, out var answer, out _));
        Assert.True(answer!.TryFindRoleOfOfferer(out var role));
        Assert.Equal(DtlsRole.Server, role);
        AssertObeysTheProtocol(text);
    }

    [Fact]
    public void An_answer_rejects_other_sections_in_their_order()
    {
        var text = Answer(Descriptions.WithAudioAndVideo);

        var sections = Regex.Matches(text, "m=.*|a=mid:.*|a=group.*").Select(match => match.Value.TrimEnd());
        Assert.Equal(
            [
                "a=group:BUNDLE data",
                "m=audio 0 UDP/TLS/RTP/SAVPF 109 9 0 8 101", "a=mid:audio",
                "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=mid:data",
                "m=video 0 UDP/TLS/RTP/SAVPF 120 121", "a=mid:video",
            ],
            sections);
        Assert.Contains("a=setup:passive\r\n", text, StringComparison.Ordinal);
        AssertObeysTheProtocol(text);
    }

    [Fact]
    public void An_answer_to_the_old_form_keeps_it()
    {
        var text = Answer(Descriptions.OldForm);

        Assert.Contains("m=application 9 DTLS/SCTP 5001\r\n", text, StringComparison.Ordinal);
        Assert.Contains("a=sctpmap:5001 webrtc-datachannel 65535\r\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("a=mid", text, StringComparison.Ordinal);
        Assert.DoesNotContain("a=group", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_offer_that_does_not_choose_leaves_no_role_in_an_answer()
    {
        Assert.True(SessionDescription.TryParse(Descriptions.ChromiumOffer, out var offer, out _));
        Assert.False(offer!.TryFindRoleOfOfferer(out _));
    }

    [Fact]
    public void At_most_32_candidates_are_written()
    {
        var many = Enumerable.Range(1, 50)
            .Select(port => IceCandidate.Host(IcePair.Address("192.0.2.1", port)));
        var text = DescriptionWriter.WriteOffer(Local() with { Candidates = [.. many] });

        Assert.Equal(32, Regex.Count(text, "a=candidate:"));
        AssertObeysTheProtocol(text);
    }

    [Fact]
    public void Nothing_of_a_hostile_offer_breaks_the_lines_of_the_answer()
    {
        var hostile = Descriptions.WithAudioAndVideo
            .Replace("a=mid:audio", "a=mid:au\rdio\u0007", StringComparison.Ordinal)
            .Replace("a=mid:video", "a=mid:" + new string('x', 600), StringComparison.Ordinal);
        AssertObeysTheProtocol(Answer(hostile));

        var broken = Descriptions.WithAudioAndVideo
            .Replace("SAVPF 109", "SAVPF\r109", StringComparison.Ordinal);
        Assert.False(SessionDescription.TryParse(broken, out _, out var problem));
        Assert.Equal(SdpProblem.Malformed, problem);
    }

    // QP/1, section 3.1.
    private static void AssertObeysTheProtocol(string text)
    {
        Assert.EndsWith("\r\n", text, StringComparison.Ordinal);
        var lines = text[..^2].Split("\r\n");
        Assert.InRange(lines.Length, 1, 200);
        Assert.All(lines, line => Assert.Matches("^[ -~]{3,512}$", line));
        Assert.Single(lines, line => line == "m=application 9 UDP/DTLS/SCTP webrtc-datachannel");
        const string fingerprint = "^a=fingerprint:sha-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}$";
        Assert.Single(lines, line => Regex.IsMatch(line, fingerprint));
        Assert.Equal(1, Regex.Count(text, "(?i)fingerprint"));
        Assert.InRange(lines.Count(line => line.StartsWith("a=candidate:", StringComparison.Ordinal)), 0, 32);
    }

    private static string Answer(string offerText)
    {
        Assert.True(SessionDescription.TryParse(offerText, out var offer, out var problem), $"{problem}");
        return DescriptionWriter.WriteAnswer(Local(), offer!, offer!.RoleOfAnswerer);
    }

    private static LocalParameters Local() => new()
    {
        Credentials = IceCredentials.Create(new CountingEntropy()),
        Fingerprint = CertificateFingerprint.Of([1, 2, 3]),
        Candidates =
        [
            IceCandidate.Host(IcePair.Address("192.168.1.7")),
            IceCandidate.Host(IcePair.Address("2001:db8::7"), 65_534),
        ],
        SessionId = ulong.MaxValue,
    };
}
