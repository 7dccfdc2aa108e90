using System.Net;
using System.Numerics;
using QuicPair.Protocol;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Handshake;
using QuicPair.Protocol.Messages;

namespace QuicPair.Client.Tests;

public sealed class PhoneTests : IDisposable
{
    private const string NullSdp =
        """{"sdp":null,"nonce":"AAAAAAAAAAAAAAAAAAAAAA","version":1,"auth":"AAAAAAAAAAAAAAAAAAAAAA"}""";

    private readonly TemporaryFolder _folder = new();
    private readonly TestMac _mac = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _mac.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Pairs_by_link_and_streams_an_answer()
    {
        var code = "";
        await using var phone = NewPhone(text => code = text);
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        Assert.Equal("Test Mac", mac.Name);
        Assert.Equal("a phone", _mac.Phone.Payload!.Name);
        Assert.Equal(6, code.Length);
        Assert.True(_mac.IsPaired);
        var messages = await mac.Chat(new ChatMessage { Prompt = "Hello" }).ToListAsync(Cancellation);
        Assert.Equal("Hello", Assert.IsType<DeltaMessage>(messages[0]).Content);
        Assert.Equal(DoneReason.Stop, Assert.IsType<DoneMessage>(messages[1]).Reason);
        Assert.True(mac.Timings.Total >= mac.Timings.Signaling);
    }

    [Fact]
    public async Task Stores_its_key_before_the_first_offer()
    {
        _mac.Failure = (HttpStatusCode.ServiceUnavailable, """{"code":"mac_offline"}""");
        await using var phone = NewPhone();
        Assert.Equal(ConnectFailure.MacAway, await FailureOf(phone.Pair(_mac.Link, Cancellation)));
        var stored = Assert.Single(phone.Pairings.Load());
        Assert.Equal(_mac.Secret, stored.Secret);
        _mac.Failure = null;
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        Assert.Equal(stored.PrivateKey, Assert.Single(phone.Pairings.Load()).PrivateKey);
    }

    [Fact]
    public async Task After_pairing_the_secret_is_gone_and_the_lasting_keys_connect()
    {
        await using var phone = NewPhone();
        await (await phone.Pair(_mac.Link, Cancellation)).DisposeAsync();
        var stored = Assert.Single(phone.Pairings.Load());
        Assert.Null(stored.Secret);
        Assert.Equal(_mac.Lasting!.Value.Psk, stored.Psk);
        await using var again = await phone.Open(stored, Cancellation);
        Assert.Equal([PairingMode.Invited, PairingMode.Paired], _mac.Modes);
        Assert.Null(_mac.Phone.Payload!.Name);
        Assert.Single(await again.Models(Cancellation));
    }

    [Fact]
    public async Task The_length_of_what_the_phone_says_does_not_show()
    {
        await using var phone = NewPhone();
        await (await phone.Pair(_mac.Link, Cancellation)).DisposeAsync();
        await using var mac = await phone.Open(phone.Pairings.Load()[0], Cancellation);
        foreach (var length in new[] { 1, 300, 40_000 })
        {
            await mac.Chat(new ChatMessage { Prompt = new string('x', length) }).ToListAsync(Cancellation);
        }

        // The first is a ping without content.
        var lengths = _mac.Phone.Lengths;
        Assert.Equal(128, lengths[0]);
        Assert.Equal(ChannelLimits.MaxChannelMessage, lengths.Max());
        Assert.All(lengths, length => Assert.True(length >= 128 && BitOperations.IsPow2(length), $"{length}"));
    }

    [Fact]
    public async Task When_the_mac_dies_after_paired_the_stored_keys_connect_in_mode_2()
    {
        await using var phone = NewPhone();
        _mac.DiesAfterPaired = true;
        Assert.Equal(ConnectFailure.Pairing, await FailureOf(phone.Pair(_mac.Link, Cancellation)));
        _mac.DiesAfterPaired = false;
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        var expected = Assert.Single(phone.Pairings.Load());
        Assert.Null(expected.Secret);
        Assert.True(expected.HasLastingKeys);
    }

    [Fact]
    public async Task When_the_mac_lost_the_pending_keys_the_link_still_works()
    {
        await using var phone = NewPhone();
        _mac.DiesAfterPaired = true;
        await Assert.ThrowsAsync<ConnectException>(() => phone.Pair(_mac.Link, Cancellation));
        (_mac.DiesAfterPaired, _mac.Lasting) = (false, null);
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        Assert.Equal(PairingMode.Invited, _mac.Modes[^1]);
        Assert.True(_mac.IsPaired);
    }

    [Fact]
    public async Task An_owner_who_does_not_confirm_leaves_a_pairing_that_the_same_link_completes()
    {
        _mac.OnInvited = _ => { };
        await using (var hasty = new Phone(Options() with { ConfirmTimeout = TimeSpan.FromMilliseconds(200) }))
        {
            var failure = await Assert.ThrowsAsync<ConnectException>(() => hasty.Pair(_mac.Link, Cancellation));
            Assert.Equal(ConnectFailure.Pairing, failure.Reason);
            Assert.Equal("The pairing was not completed; try the same link again.", failure.Message);
        }

        _mac.OnInvited = null;
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        Assert.True(_mac.IsPaired);
    }

    [Fact]
    public async Task An_owner_who_says_no_is_a_refusal_that_leaves_nothing_behind()
    {
        _mac.OnInvited = connection => connection.Close(CloseCode.Refused);
        await using var phone = NewPhone();
        Assert.Equal(ConnectFailure.Refused, await FailureOf(phone.Pair(_mac.Link, Cancellation)));
        Assert.Empty(phone.Pairings.Load());
    }

    [Fact]
    public async Task A_phone_whose_clock_is_wrong_tries_once_with_the_clock_of_the_mac()
    {
        _mac.ClockOffset = 100_000;
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        Assert.Equal(2, _mac.Offers.Count);
        Assert.InRange(_mac.Offers[1].Ts - _mac.Offers[0].Ts, 99_990, 100_010);
        Assert.NotEqual(_mac.Offers[0].Nonce, _mac.Offers[1].Nonce);
    }

    [Fact]
    public async Task A_refusal_with_a_right_clock_is_final()
    {
        _mac.IsInvitationOpen = false;
        await using var phone = NewPhone();
        Assert.Equal(ConnectFailure.Refused, await FailureOf(phone.Pair(_mac.Link, Cancellation)));
        Assert.Single(_mac.Offers);
    }

    [Fact]
    public async Task A_first_offer_that_is_refused_leaves_nothing_behind_and_can_be_made_again()
    {
        _mac.IsInvitationOpen = false;
        await using var phone = NewPhone();
        Assert.Equal(ConnectFailure.Refused, await FailureOf(phone.Pair(_mac.Link, Cancellation)));
        Assert.Empty(phone.Pairings.Load());
        _mac.IsInvitationOpen = true;
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        Assert.True(_mac.IsPaired);
    }

    [Fact]
    public async Task A_pairing_that_broke_off_keeps_its_key_over_a_refusal()
    {
        _mac.Failure = (HttpStatusCode.ServiceUnavailable, """{"code":"mac_offline"}""");
        await using var phone = NewPhone();
        Assert.Equal(ConnectFailure.MacAway, await FailureOf(phone.Pair(_mac.Link, Cancellation)));
        var stored = Assert.Single(phone.Pairings.Load());
        (_mac.Failure, _mac.IsInvitationOpen) = (null, false);
        Assert.Equal(ConnectFailure.Refused, await FailureOf(phone.Pair(_mac.Link, Cancellation)));
        _mac.IsInvitationOpen = true;
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        Assert.Equal(stored.PrivateKey, Assert.Single(phone.Pairings.Load()).PrivateKey);
    }

    [Fact]
    public async Task An_invitation_long_past_its_time_is_forgotten_with_its_secret()
    {
        _mac.Failure = (HttpStatusCode.ServiceUnavailable, """{"code":"mac_offline"}""");
        await using var phone = NewPhone();
        Assert.Equal(ConnectFailure.MacAway, await FailureOf(phone.Pair(_mac.Link, Cancellation)));
        var stored = Assert.Single(phone.Usable());
        var old = stored with { Expiry = stored.Expiry - 10_000 };
        phone.Pairings.Save(old);
        Assert.Empty(phone.Usable());
        Assert.Equal(ConnectFailure.Refused, await FailureOf(phone.Open(old, Cancellation)));
        Assert.Empty(phone.Pairings.Load());
    }

    [Fact]
    public async Task An_answer_with_a_wrong_mac_is_forged()
    {
        _mac.ForgesAnswers = true;
        await using var phone = NewPhone();
        Assert.Equal(ConnectFailure.Forged, await FailureOf(phone.Pair(_mac.Link, Cancellation)));
    }

    [Fact]
    public async Task A_certificate_that_the_answer_does_not_name_is_not_believed()
    {
        _mac.NamesAnotherCertificate = true;
        await using var phone = NewPhone();
        var failure = await Assert.ThrowsAsync<ConnectException>(() => phone.Pair(_mac.Link, Cancellation));
        Assert.Equal(ConnectFailure.FingerprintMismatch, failure.Reason);
        Assert.Equal(
            "The other end's certificate is not the one that the Mac named; somebody may be in between.",
            failure.Message);
        Assert.Null(Assert.Single(phone.Pairings.Load()).Psk);
    }

    [Fact]
    public async Task Candidates_that_lead_nowhere_are_no_path()
    {
        _mac.LosesFirstCandidates = true;
        await using var phone = new Phone(Options() with { ConnectTimeout = TimeSpan.FromMilliseconds(200) });
        Assert.Equal(ConnectFailure.NoPath, await FailureOf(phone.Pair(_mac.Link, Cancellation)));
    }

    [Fact]
    public async Task A_mac_that_refuses_the_handshake_says_so()
    {
        _mac.RefusesHandshake = true;
        await using var phone = NewPhone();
        Assert.Equal(ConnectFailure.Handshake, await FailureOf(phone.Pair(_mac.Link, Cancellation)));
    }

    [Fact]
    public async Task A_mac_without_the_right_psk_is_not_believed()
    {
        _mac.AnswersWithRandomPsk = true;
        await using var phone = NewPhone();
        Assert.Equal(ConnectFailure.Handshake, await FailureOf(phone.Pair(_mac.Link, Cancellation)));
        Assert.Null(Assert.Single(phone.Pairings.Load()).Psk);
    }

    [Fact]
    public async Task A_mac_that_says_nothing_to_the_handshake_is_lost_and_not_mistrusted()
    {
        _mac.VanishesAtHandshake = true;
        await using var phone = NewPhone();
        Assert.Equal(ConnectFailure.Interrupted, await FailureOf(phone.Pair(_mac.Link, Cancellation)));
        _mac.VanishesAtHandshake = false;
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        Assert.NotNull(Assert.Single(phone.Pairings.Load()).Psk);
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, """{"code":"mac_unknown"}""", ConnectFailure.MacUnknown)]
    [InlineData(HttpStatusCode.ServiceUnavailable, """{"code":"mac_offline"}""", ConnectFailure.MacAway)]
    [InlineData(HttpStatusCode.ServiceUnavailable, """{"code":"busy"}""", ConnectFailure.Busy)]
    [InlineData(HttpStatusCode.TooManyRequests, """{"code":"rate"}""", ConnectFailure.Busy)]
    [InlineData(HttpStatusCode.BadRequest, """{"code":"version"}""", ConnectFailure.Version)]
    [InlineData(HttpStatusCode.OK, "<html>", ConnectFailure.FrontDoorBroken)]
    [InlineData(HttpStatusCode.OK, "{}", ConnectFailure.FrontDoorBroken)]
    [InlineData(HttpStatusCode.OK, NullSdp, ConnectFailure.FrontDoorBroken)]
    [InlineData(HttpStatusCode.OK, """{"iceServers":[null]}""", ConnectFailure.FrontDoorBroken)]
    [InlineData(HttpStatusCode.OK, """{"iceServers":[{"urls":[null]}]}""", ConnectFailure.FrontDoorBroken)]
    [InlineData(HttpStatusCode.Forbidden, "<html>", ConnectFailure.FrontDoorBroken)]
    [InlineData(HttpStatusCode.InternalServerError, "", ConnectFailure.FrontDoorBroken)]
    public async Task Each_answer_of_the_front_door_has_its_cause(
        HttpStatusCode status, string body, ConnectFailure expected)
    {
        _mac.Failure = (status, body);
        await using var phone = NewPhone();
        Assert.Equal(expected, await FailureOf(phone.Pair(_mac.Link, Cancellation)));
    }

    [Fact]
    public async Task Nobody_listening_is_an_unreachable_front_door()
    {
        await using var phone = new Phone(Options() with { HttpHandler = null });
        var link = _mac.Link with { Origin = "http://127.0.0.1:9" };
        Assert.Equal(ConnectFailure.FrontDoorUnreachable, await FailureOf(phone.Pair(link, Cancellation)));
    }

    [Fact]
    public async Task A_link_long_past_its_time_is_refused_without_an_offer()
    {
        await using var phone = NewPhone();
        var now = (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Assert.Equal(
            ConnectFailure.Refused, await FailureOf(phone.Pair(_mac.Link with { Expiry = now - 1000 }, Cancellation)));
        Assert.Empty(_mac.Offers);
        Assert.Empty(phone.Pairings.Load());
    }

    private Phone NewPhone(Action<string>? showCode = null) => new(Options() with { ShowCode = showCode });

    private PhoneOptions Options() => new()
    {
        Name = "a phone",
        StorePath = Path.Combine(_folder.Path, "pairings.json"),
        HttpHandler = _mac,
        Rtc = new() { Address = IPAddress.Loopback },
    };

    private static async Task<ConnectFailure> FailureOf(Task<PairedMac> attempt) =>
        (await Assert.ThrowsAsync<ConnectException>(() => attempt)).Reason;
}
