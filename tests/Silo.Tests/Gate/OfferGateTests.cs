using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;
using QuicPair.Protocol;
using QuicPair.Protocol.Handshake;
using QuicPair.Protocol.Signaling;
using QuicPair.SignalingApi.Telemetry;
using QuicPair.Silo.Audit;
using QuicPair.Silo.Gate;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Tests.Keys;

namespace QuicPair.Silo.Tests.Gate;

public sealed class OfferGateTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
    private readonly DataFolder _folder;
    private readonly KeyStore _keys;
    private readonly OfferGate _gate;
    private readonly Invitation _invitation;

    public OfferGateTests()
    {
        _folder = _temporary.Open();
        _keys = KeyStore.Open(_folder, _time);
        _gate = new OfferGate(_keys, _time);
        _invitation = _keys.Invite(TimeSpan.FromMinutes(15), LinkFlags.None);
    }

    private static string Sdp { get; } = string.Join("\r\n", (string[])
    [
        "v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "c=IN IP4 0.0.0.0", "a=ice-ufrag:abcd", "a=ice-pwd:abcdefghijklmnopqrstuvwx",
        "a=fingerprint:sha-256 " + string.Join(':', Enumerable.Repeat("AB", 32)),
        "a=setup:actpass", "a=mid:0", "a=sctp-port:5000", "",
    ]);

    public void Dispose()
    {
        _keys.Dispose();
        _folder.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public void An_offer_under_the_invitation_is_mode_1()
    {
        var offer = Offer(_invitation.OfferKey);

        Assert.IsType<OfferVerdict.Verified>(_gate.Verify(offer));

        var verified = _gate.Take(offer)!;
        Assert.Equal((PairingMode.Invited, (byte)1), (verified.Mode, verified.ChosenVersion));
        Assert.Same(_invitation, verified.Invitation);
        Assert.Null(_gate.Take(offer));
    }

    [Fact]
    public void A_stored_record_is_mode_2_and_the_invitation_still_counts()
    {
        var record = new DeviceRecord(
            _invitation.Device, RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32),
            RandomNumberGenerator.GetBytes(32), "phone", IsPaired: false, _time.GetUtcNow());
        _keys.Claim(_invitation, record);
        var lasting = Offer(record.OfferKey);
        var invited = Offer(_invitation.OfferKey);

        Assert.IsType<OfferVerdict.Verified>(_gate.Verify(lasting));
        Assert.IsType<OfferVerdict.Verified>(_gate.Verify(invited));

        Assert.Equal(PairingMode.Paired, _gate.Take(lasting)!.Mode);
        Assert.Equal(PairingMode.Invited, _gate.Take(invited)!.Mode);
    }

    [Theory]
    [InlineData(300, true)]
    [InlineData(-300, true)]
    [InlineData(301, false)]
    [InlineData(-301, false)]
    public void The_clocks_may_differ_by_five_minutes(int seconds, bool accepted)
    {
        var verdict = _gate.Verify(Offer(_invitation.OfferKey, seconds: seconds));

        if (accepted) Assert.IsType<OfferVerdict.Verified>(verdict);
        else AssertProblem(OfferProblem.Refused, verdict);
    }

    [Fact]
    public void Every_wrong_offer_gets_the_same_refusal()
    {
        var good = Offer(_invitation.OfferKey);
        OfferEnvelope[] wrong =
        [
            good with { Device = DeviceId.Parse("aaaaaaaaaaaaaaaa") },
            good with { Auth = good.Auth.SetItem(0, (byte)(good.Auth[0] ^ 1)) },
            good with { Auth = [] },
            good with { Nonce = [1, 2, 3] },
            good with { Sdp = good.Sdp.Replace("AB:", "AC:", StringComparison.Ordinal) },
            good with { Versions = [] },
            good with { Versions = [2, 1] },
            good with { Timestamp = good.Timestamp + 1 },
            good with { Timestamp = long.MaxValue },
            good with { Timestamp = long.MinValue },
        ];

        foreach (var offer in wrong) AssertProblem(OfferProblem.Refused, _gate.Verify(offer));

        Assert.IsType<OfferVerdict.Verified>(_gate.Verify(good));
    }

    [Fact]
    public void A_trace_says_that_an_offer_was_judged_and_nothing_of_it()
    {
        using var root = new Activity("test").Start();
        var seen = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Meters.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = seen.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        _gate.Verify(Offer(new byte[32]));

        var judged = Assert.Single(seen, activity => activity.TraceId == root.TraceId);
        Assert.Equal("quicpair.offer.verify", judged.OperationName);
        Assert.Equal([new("quicpair.reason", "auth")], judged.Tags);
    }

    [Fact]
    public void The_owner_can_read_why_when_the_phone_cannot()
    {
        var audit = new AuditLog(_folder.Of("audit.log"), _time, NullLogger<AuditLog>.Instance);
        _keys.Audit = audit;
        var good = Offer(_invitation.OfferKey);
        _gate.Verify(good with { Device = DeviceId.Parse("aaaaaaaaaaaaaaaa") });
        _gate.Verify(good with { Auth = good.Auth.SetItem(0, (byte)(good.Auth[0] ^ 1)) });
        _gate.Verify(Offer(_invitation.OfferKey, seconds: 301));
        _gate.Verify(good);
        _gate.Take(good);
        _gate.Verify(good);
        _gate.Verify(Offer(_invitation.OfferKey, versions: [7, 8]));
        _gate.Verify(Offer(_invitation.OfferKey, sdp: Sdp + "m=audio 9 UDP 0\r\n"));

        audit.Flush();
        var reasons = File.ReadAllLines(_folder.Of("audit.log"))
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("reason").GetString());

        Assert.Equal(["unknown", "auth", "time", "repeated", "version", "sdp"], reasons);
    }

    [Fact]
    public void An_expired_invitation_is_refused()
    {
        _time.Advance(TimeSpan.FromMinutes(15));

        AssertProblem(OfferProblem.Refused, _gate.Verify(Offer(_invitation.OfferKey)));
    }

    [Fact]
    public void A_repeat_gets_the_answer_again_while_its_peer_is_unfinished()
    {
        var offer = Offer(_invitation.OfferKey);
        var answer = new AnswerEnvelope("sdp", [1], 1, [2]);
        _gate.Verify(offer);
        Assert.NotNull(_gate.Take(offer));
        AssertProblem(OfferProblem.Refused, _gate.Verify(offer));

        _gate.Answered(offer, answer);
        Assert.Same(answer, Assert.IsType<OfferVerdict.Repeated>(_gate.Verify(offer)).Answer);
        _time.Advance(TimeSpan.FromSeconds(31));
        AssertProblem(OfferProblem.Refused, _gate.Verify(offer));
    }

    [Fact]
    public void A_repeat_is_refused_once_its_peer_is_finished_or_when_it_differs()
    {
        var offer = Offer(_invitation.OfferKey);
        _gate.Verify(offer);
        Assert.NotNull(_gate.Take(offer));
        _gate.Answered(offer, new AnswerEnvelope("sdp", [1], 1, [2]));
        var other = Offer(_invitation.OfferKey, seconds: 1, nonce: [.. offer.Nonce]);

        AssertProblem(OfferProblem.Refused, _gate.Verify(other));
        _gate.Finished(offer.Device.Value, offer.Nonce.AsSpan());

        AssertProblem(OfferProblem.Refused, _gate.Verify(offer));
    }

    [Fact]
    public void An_offer_that_did_not_reach_its_pairing_counts_when_it_is_asked_again()
    {
        var offer = Offer(_invitation.OfferKey);
        var other = Offer(_invitation.OfferKey, seconds: 1, nonce: [.. offer.Nonce]);
        Assert.IsType<OfferVerdict.Verified>(_gate.Verify(offer));

        AssertProblem(OfferProblem.Refused, _gate.Verify(other));
        Assert.IsType<OfferVerdict.Verified>(_gate.Verify(offer));

        // However often it was asked: it makes one peer.
        Assert.NotNull(_gate.Take(offer));
        Assert.Null(_gate.Take(offer));
        AssertProblem(OfferProblem.Refused, _gate.Verify(offer));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_offer_that_did_not_reach_its_pairing_is_judged_anew_each_time(bool isRevoked)
    {
        var offer = Offer(_invitation.OfferKey);
        Assert.IsType<OfferVerdict.Verified>(_gate.Verify(offer));

        if (isRevoked) Assert.True(_keys.Delete(offer.Device, here: false));
        else _time.Advance(TimeSpan.FromSeconds(301));

        AssertProblem(OfferProblem.Refused, _gate.Verify(offer));
    }

    [Fact]
    public void What_was_verified_and_not_taken_goes_with_its_device()
    {
        var offer = Offer(_invitation.OfferKey);
        Assert.IsType<OfferVerdict.Verified>(_gate.Verify(offer));

        Assert.True(_keys.Delete(offer.Device, here: false));

        Assert.Null(_gate.Take(offer));
    }

    [Fact]
    public void What_was_verified_and_not_taken_goes_when_another_Mac_revokes_its_device()
    {
        var origin = new PairingOrigin("bbbbbbbbbbbbbbbb", "cccccccccccccccc");
        var record = new DeviceRecord(
            "dddddddddddddddd", RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32),
            RandomNumberGenerator.GetBytes(32), "phone", IsPaired: false, _time.GetUtcNow())
        { Origin = origin };
        Assert.True(_keys.AddVouched(record));
        var offer = Offer(record.OfferKey) with { Device = DeviceId.Parse(record.Id) };
        Assert.IsType<OfferVerdict.Verified>(_gate.Verify(offer));

        Assert.Single(_keys.DeleteOrigin(origin));

        Assert.Null(_gate.Take(offer));
    }

    [Fact]
    public void A_device_has_as_many_offers_in_the_window_as_the_protocol_says()
    {
        for (var i = 0; i < 1024; i++)
        {
            Assert.IsType<OfferVerdict.Verified>(_gate.Verify(Offer(_invitation.OfferKey)));
        }

        AssertProblem(OfferProblem.Rate, _gate.Verify(Offer(_invitation.OfferKey)));

        _time.Advance(TimeSpan.FromSeconds(301));

        Assert.IsType<OfferVerdict.Verified>(_gate.Verify(Offer(_invitation.OfferKey)));
    }

    [Fact]
    public void Version_and_description_are_judged_after_authentication()
    {
        var future = Offer(_invitation.OfferKey, versions: [7, 8]);
        var audio = Offer(_invitation.OfferKey, sdp: Sdp + "m=audio 9 UDP 0\r\n");
        AssertProblem(OfferProblem.Version, _gate.Verify(future));
        AssertProblem(OfferProblem.BadSdp, _gate.Verify(audio));
        AssertProblem(OfferProblem.Refused, _gate.Verify(future));
        AssertProblem(OfferProblem.Refused, _gate.Verify(audio));
        AssertProblem(OfferProblem.Refused, _gate.Verify(Offer(new byte[32], versions: [7, 8])));
    }

    [Fact]
    public void A_request_for_ice_servers_counts_once()
    {
        var ts = _time.GetUtcNow().ToUnixTimeSeconds();
        var nonce = RandomNumberGenerator.GetBytes(16);
        var auth = OfferAuthentication.Ice(_invitation.OfferKey, (ulong)ts, nonce, [1]);
        var request = new IceEnvelope(
            MacId.Parse(_keys.MacId), DeviceId.Parse(_invitation.Device), ts, [.. nonce], [1], [.. auth]);

        Assert.False(_gate.Authenticate(request with { Auth = [.. new byte[16]] }));
        Assert.True(_gate.Authenticate(request));
        Assert.False(_gate.Authenticate(request));
    }

    private static void AssertProblem(OfferProblem expected, OfferVerdict verdict) =>
        Assert.Equal(expected, Assert.IsType<OfferVerdict.Rejected>(verdict).Problem);

    private OfferEnvelope Offer(
        byte[] key, int seconds = 0, byte[]? nonce = null, byte[]? versions = null, string? sdp = null)
    {
        var ts = _time.GetUtcNow().ToUnixTimeSeconds() + seconds;
        nonce ??= RandomNumberGenerator.GetBytes(16);
        versions ??= [1];
        var auth = OfferAuthentication.Offer(key, (ulong)ts, nonce, versions, sdp ?? Sdp);
        return new OfferEnvelope(
            MacId.Parse(_keys.MacId), DeviceId.Parse(_invitation.Device), sdp ?? Sdp, ts,
            ImmutableArray.Create(nonce), ImmutableArray.Create(versions), ImmutableArray.Create(auth));
    }
}
