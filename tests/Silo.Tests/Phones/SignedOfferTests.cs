using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;
using QuicPair.Protocol.Signaling;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Tests.Phones;

/// <summary>
/// Offers that a paired device has signed and that are wrong all the same, as a member of the household may bring them
/// past the front door: they make no connection and store nothing, and nobody logs a word.
/// </summary>
public sealed class SignedOfferTests
{
    private const string Fingerprint = "a=fingerprint:";
    private const string Audio = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";
    private const string Candidate = "a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n";

    // docs/protocol.md, 3.1: the clocks may differ by 300 s.
    private const int TooFar = 301;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("old timestamp", OfferProblem.Refused)]
    [InlineData("timestamp of the future", OfferProblem.Refused)]
    [InlineData("no common version", OfferProblem.Version)]
    [InlineData("two fingerprints", OfferProblem.BadSdp)]
    [InlineData("an audio section", OfferProblem.BadSdp)]
    [InlineData("audio only", OfferProblem.BadSdp)]
    [InlineData("33 candidates", OfferProblem.BadSdp)]
    [InlineData("10,000 candidates", OfferProblem.BadSdp)]
    public async Task What_the_gate_turns_away_leaves_nothing(string fault, OfferProblem problem)
    {
        await using var desk = new HostDesk(connects: false);
        var device = desk.Sessions.Pair();
        var stored = Stored(desk);
        var wrong = Signed(device, Spoilt(desk.Sign(device), fault));

        Assert.Equal(problem, Assert.IsType<OfferVerdict.Rejected>(desk.Verify(wrong)).Problem);
        Assert.Equal(OfferProblem.Refused, (await desk.Host.Answer(wrong, Cancellation)).Problem);

        AssertNothingWasMade(desk, device);
        Assert.Equal(stored, Stored(desk));

        // A good one makes one: it would have been seen.
        await desk.Accepted(device);
        Assert.Equal(1, desk.Host.Connections);
    }

    [Theory]
    [InlineData("a=ice-pwd:")]
    [InlineData("a=ice-ufrag:")]
    public async Task What_the_gate_lets_in_and_no_connection_can_be_made_of_leaves_nothing(string without)
    {
        await using var desk = new HostDesk(connects: false);
        var device = desk.Sessions.Pair();
        var wrong = Signed(device, Without(without, desk.Sign(device)));

        Assert.IsType<OfferVerdict.Verified>(desk.Verify(wrong));
        Assert.Equal(OfferProblem.BadSdp, (await desk.Host.Answer(wrong, Cancellation)).Problem);

        AssertNothingWasMade(desk, device);
        Assert.Equal(OfferProblem.Refused, Assert.IsType<OfferVerdict.Rejected>(desk.Verify(wrong)).Problem);
    }

    [Fact]
    public async Task What_no_connection_can_be_made_of_takes_the_place_of_none()
    {
        await using var desk = new HostDesk(connects: false);
        var device = desk.Sessions.Pair();
        OfferEnvelope[] unfinished = [await desk.Accepted(device), await desk.Accepted(device)];
        var wrong = Signed(device, Without("a=ice-pwd:", desk.Sign(device)));

        Assert.IsType<OfferVerdict.Verified>(desk.Verify(wrong));
        Assert.Equal(OfferProblem.BadSdp, (await desk.Host.Answer(wrong, Cancellation)).Problem);

        Assert.Equal(2, desk.Host.Connections);
        Assert.All(unfinished, offer => Assert.True(desk.IsUnfinished(offer)));

        // A good one would have taken the first one's.
        await desk.Accepted(device);
        await desk.Finished(unfinished[0]);
        Assert.True(desk.IsUnfinished(unfinished[1]));
    }

    [Fact]
    public async Task A_nonce_that_is_signed_again_makes_no_second_connection()
    {
        await using var desk = new HostDesk(connects: false);
        var device = desk.Sessions.Pair();
        var first = await desk.Accepted(device);
        OfferEnvelope[] again =
        [
            Signed(device, first with { Timestamp = first.Timestamp + 1 }),
            Signed(device, desk.Sign(device) with { Nonce = first.Nonce }),
        ];

        foreach (var offer in again)
        {
            Assert.Equal(OfferProblem.Refused, Assert.IsType<OfferVerdict.Rejected>(desk.Verify(offer)).Problem);
            Assert.Equal(OfferProblem.Refused, (await desk.Host.Answer(offer, Cancellation)).Problem);
        }

        Assert.Equal(1, desk.Host.Connections);
        Assert.True(desk.IsUnfinished(first));
        Assert.Empty(desk.Log.Entries);
    }

    private static void AssertNothingWasMade(HostDesk desk, DeviceRecord device)
    {
        Assert.Equal(0, desk.Host.Connections);
        Assert.Null(desk.Host.Presence(DeviceId.Parse(device.Id)));
        Assert.Empty(desk.Log.Entries);
    }

    private static OfferEnvelope Spoilt(OfferEnvelope good, string fault) => fault switch
    {
        "old timestamp" => good with { Timestamp = good.Timestamp - TooFar },
        "timestamp of the future" => good with { Timestamp = good.Timestamp + TooFar },
        "no common version" => good with { Versions = [7, 8] },
        "two fingerprints" => good with { Sdp = Twice(good.Sdp) },
        "an audio section" => good with { Sdp = good.Sdp + Audio },
        "audio only" => good with { Sdp = good.Sdp[..good.Sdp.IndexOf("m=", StringComparison.Ordinal)] + Audio },
        "33 candidates" => good with { Sdp = good.Sdp + Candidates(33) },
        "10,000 candidates" => good with { Sdp = good.Sdp + Candidates(10_000) },
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "No fault of that name."),
    };

    private static OfferEnvelope Without(string start, OfferEnvelope good) => good with
    {
        Sdp = string.Join(
            "\r\n", good.Sdp.Split("\r\n").Where(line => !line.StartsWith(start, StringComparison.Ordinal))),
    };

    private static string Twice(string sdp)
    {
        var line = sdp.Split("\r\n").Single(each => each.StartsWith(Fingerprint, StringComparison.Ordinal)) + "\r\n";
        return sdp.Replace(line, line + line, StringComparison.Ordinal);
    }

    private static string Candidates(int count) => string.Concat(Enumerable.Repeat(Candidate, count));

    private static OfferEnvelope Signed(DeviceRecord device, OfferEnvelope offer) => offer with
    {
        Auth =
        [
            .. OfferAuthentication.Offer(
                device.OfferKey, (ulong)offer.Timestamp, offer.Nonce.AsSpan(), offer.Versions.AsSpan(), offer.Sdp),
        ],
    };

    /// <summary>The files of the Mac, and the keys in the one that has them.</summary>
    private static string Stored(HostDesk desk)
    {
        var folder = desk.Sessions.Folder;
        var names = Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        var keys = File.ReadAllBytes(Path.Combine(folder, "keys"));
        return $"{string.Join(' ', names)}: {Convert.ToHexString(keys)}";
    }
}
