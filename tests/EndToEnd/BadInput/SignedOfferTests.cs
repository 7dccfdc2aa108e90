using System.Net;
using QuicPair.Client;
using QuicPair.Client.Store;
using Xunit;

namespace QuicPair.EndToEnd.BadInput;

/// <summary>
/// Offers that a paired device has signed and that are wrong all the same, at a real Mac: afterwards it has no more
/// connections, ports and rows than before, and no warning in its log.
/// </summary>
public sealed class SignedOfferTests
{
    private const int Refused = (int)HttpStatusCode.Forbidden;
    private const int Unreadable = (int)HttpStatusCode.BadRequest;
    private const int TooLarge = (int)HttpStatusCode.RequestEntityTooLarge;

    private const string Fingerprint = "a=fingerprint:";
    private const string Audio = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";
    private const string Candidate = "a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n";

    // Far more than the clocks may differ, seconds.
    private const long TooFar = 3_600;

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Metrics__Port"] = "0",

        // Who looks up the name of a server has a port for it meanwhile.
        ["Ice__StunUrls"] = "",
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_signed_offer_that_is_wrong_leaves_no_peer_no_port_no_row_and_no_warning()
    {
        await using var first = await MacProcess.Start(settings: Settings);
        var device = await Paired(first);
        await using var phone = new RawPhone(await first.Invite());
        while ((await StateRows.Of(first)).Count == 0) Cancellation.ThrowIfCancellationRequested();

        // The process after that has heard of no device: no grain of a pairing is awake, nothing is to be stored.
        await using var mac = await first.KillAndRestart(Settings);
        var (ports, rows) = (OpenPorts.Of(mac.Process.Id), await StateRows.Of(mac));
        var complaints = mac.Process.Complaints;
        Assert.NotEmpty(rows);
        Assert.Equal(OperatingSystem.IsLinux(), ports.Any(port => port.StartsWith("udp", StringComparison.Ordinal)));
        Assert.Equal((0, 0), await Made.By(mac));
        var good = new RawOffer(device.MacId, device.DeviceId, device.OfferKey!, phone.Peer.LocalDescription);
        var wrong = Wrong(good).ToList();
        foreach (var (cause, offer, status) in wrong)
        {
            Assert.Equal((cause, status), (cause, (int)(await phone.Offer(offer)).Status));
        }

        var refusals = wrong.Count(each => each.Status != TooLarge);
        Assert.Equal((0, 0), await Made.After(refusals, mac, Cancellation));
        Assert.Equal(ports, OpenPorts.Of(mac.Process.Id));
        Assert.Equal(rows, await StateRows.Of(mac));
        Assert.Equal(complaints, mac.Process.Complaints);

        // An offer that is good makes one of each: what is counted here would have been seen.
        Assert.Equal(HttpStatusCode.OK, (await phone.Offer(good.Anew())).Status);
        while (await Made.By(mac) != (1, 1)) Cancellation.ThrowIfCancellationRequested();
    }

    private static IEnumerable<(string Cause, RawOffer Offer, int Status)> Wrong(RawOffer good)
    {
        var sdp = good.Sdp;
        yield return ("old timestamp", good.Anew() with { Timestamp = good.Timestamp - TooFar }, Refused);
        yield return ("timestamp of the future", good.Anew() with { Timestamp = good.Timestamp + TooFar }, Refused);
        var line = sdp.Split("\r\n").Single(each => each.StartsWith(Fingerprint, StringComparison.Ordinal)) + "\r\n";
        var twice = sdp.Replace(line, line + line, StringComparison.Ordinal);
        yield return ("two fingerprints", good.Anew() with { Sdp = twice }, Unreadable);
        var audio = good.Anew() with { Sdp = sdp + Audio };
        yield return ("an audio section", audio, Unreadable);
        yield return ("its nonce again", good.Anew() with { Nonce = audio.Nonce }, Refused);
        yield return ("33 candidates", good.Anew() with { Sdp = sdp + Candidates(33) }, Unreadable);
        yield return ("10,000 candidates", good.Anew() with { Sdp = sdp + Candidates(10_000) }, TooLarge);
    }

    private static string Candidates(int count) => string.Concat(Enumerable.Repeat(Candidate, count));

    /// <summary>What a phone remembers that was paired and answered.</summary>
    private static async Task<PairingRecord> Paired(MacProcess mac)
    {
        using var user = new PhoneCommand();
        Assert.Equal(0, (await user.Run("chat", await mac.Invite(), "Hello")).Exit);
        await using var store = new Phone(new PhoneOptions { StorePath = user.Store });
        return store.Pairings.Load().Single();
    }
}
