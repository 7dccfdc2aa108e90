using QuicPair.Noise;
using QuicPair.Protocol;
using QuicPair.Protocol.Codec;
using QuicPair.Protocol.Messages;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Pairing;

namespace QuicPair.Silo.Tests.Phones;

public sealed class PairingSessionTests : IDisposable
{
    private readonly SessionDesk _desk = new();

    public void Dispose() => _desk.Dispose();

    [Fact]
    public async Task A_phone_pairs_by_the_invitation_and_chats()
    {
        var invitation = _desk.Invite();
        using var phone = await _desk.ConnectInvited(invitation);

        var record = Derive(invitation, phone, await phone.Next());
        await phone.Send("""{"op":"paired_ack"}""");
        Assert.Equal("""{"op":"paired_done"}""", await phone.Next());

        var stored = _desk.Keys.Find(invitation.Device);
        Assert.Null(stored.Invitation);
        Assert.True(stored.Record!.IsPaired);
        Assert.Equal(record.Psk, stored.Record.Psk);
        Assert.Equal(record.OfferKey, stored.Record.OfferKey);
        await phone.Send("""{"op":"ping"}""");
        Assert.Equal("""{"op":"pong"}""", await phone.Next());
    }

    [Fact]
    public async Task A_crash_before_the_acknowledgement_leaves_keys_that_work()
    {
        var invitation = _desk.Invite();
        using var phone = await _desk.ConnectInvited(invitation);
        var record = Derive(invitation, phone, await phone.Next());

        _desk.Restart();
        var pending = _desk.Keys.Find(invitation.Device).Record!;
        Assert.False(pending.IsPaired);
        using var again = await _desk.Connect(record.Psk, null, pending, _desk.Phone);
        await again.Send("""{"op":"ping"}""");

        Assert.Equal("""{"op":"pong"}""", await again.Next());
        Assert.True(_desk.Keys.Find(invitation.Device).Record!.IsPaired);
    }

    [Fact]
    public async Task A_half_done_pairing_can_be_redone_by_the_same_phone_with_the_same_link()
    {
        var invitation = _desk.Invite();
        using (var phone = await _desk.ConnectInvited(invitation)) await phone.Next();
        _desk.Restart();
        var kept = _desk.Keys.Find(invitation.Device).Invitation!;

        using var again = await _desk.ConnectInvited(kept);
        await again.Next();
        await again.Send("""{"op":"paired_ack"}""");

        Assert.Equal("""{"op":"paired_done"}""", await again.Next());
    }

    [Fact]
    public async Task A_second_device_learns_nothing_and_the_owner_hears_of_it()
    {
        var tried = new List<string>();
        _desk.Confirmations.SecondClaimed = tried.Add;
        var invitation = _desk.Invite();
        using var phone = await _desk.ConnectInvited(invitation);
        await phone.Next();
        using var other = KeyPair.Generate(RandomKeySource.Instance);
        var (stranger, terms) = _desk.Connect(invitation);

        Assert.False(await stranger.Handshake(terms, other, _desk.Keys.Mac.PublicKey.ToArray(), invitation.Psk));

        Assert.Equal([invitation.Device], tried);
        stranger.Dispose();
    }

    [Fact]
    public async Task The_owner_sees_the_six_digits_of_a_phone_that_has_paired_and_not_before()
    {
        var shown = new List<PairedPhone>();
        _desk.Confirmations.Completed = shown.Add;
        var invitation = _desk.Invite();
        using var phone = await _desk.ConnectInvited(invitation);
        await phone.Next();
        Assert.Empty(shown);

        await phone.Send("""{"op":"paired_ack"}""");
        await phone.Next();

        Assert.Equal([(invitation.Device, KeySchedule.ConfirmationCode(phone.Hash))],
            shown.Select(one => (one.Device, one.Code)));
        Assert.Equal(shown[0], _desk.Confirmations.Last);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_owner_confirms_the_six_digits(bool accept)
    {
        var invitation = _desk.Invite(LinkFlags.OwnerMustConfirm);
        var announced = new TaskCompletionSource<string>();
        _desk.Confirmations.Announced = waiting => announced.TrySetResult(waiting.Code);
        using var phone = await _desk.ConnectInvited(invitation);
        await phone.Ping();
        Assert.Equal("pong frame", await phone.Next());

        var code = KeySchedule.ConfirmationCode(phone.Hash);
        Assert.Equal(code, await announced.Task);
        Assert.False(_desk.Confirmations.Answer(invitation.Device, code == "000000" ? "000001" : "000000", true));
        Assert.True(_desk.Confirmations.Answer(invitation.Device, code, accept));

        var next = await phone.Next();
        Assert.Equal(accept, next is not null);
        if (!accept) Assert.Equal(CloseCode.Refused, phone.Closed);
        Assert.Equal(accept, _desk.Keys.Find(invitation.Device).Record is not null);
    }

    [Fact]
    public async Task Before_the_pairing_is_complete_nothing_can_be_asked()
    {
        using var phone = await _desk.ConnectInvited(_desk.Invite());

        await phone.Send("""{"op":"chat","prompt":"hello"}""");
        await phone.UntilEnd();

        Assert.Null(phone.Closed);
        Assert.False(_desk.Runner.HasBegun);
    }

    [Theory]
    [InlineData("paired_ack")]
    [InlineData("p\\u0061ired_ack")]
    [InlineData("\\u0070aired_done")]
    public async Task Pairing_messages_in_a_live_session_end_it(string op)
    {
        using var phone = await _desk.ConnectPaired(_desk.Pair());

        await phone.Send($$"""{"op":"{{op}}"}""");
        Assert.Empty(await phone.UntilEnd());

        Assert.Null(phone.Closed);
    }

    [Theory]
    [InlineData("""{"op":"paired"}""")]
    [InlineData("""{"op":"paired","k":"x"}""")]
    [InlineData("""{"op":"p\u0061ired","k":7}""")]
    [InlineData("""{"id":"?","op":"paired_done"}""")]
    public async Task Pairing_messages_end_a_live_session_whatever_is_wrong_with_them(string message)
    {
        using var phone = await _desk.ConnectPaired(_desk.Pair());

        await phone.Send(message);
        Assert.Empty(await phone.UntilEnd());

        Assert.Null(phone.Closed);
    }

    private static DeviceRecord Derive(Invitation invitation, TestPhone phone, string? message)
    {
        Assert.True(MessageReader.TryRead(
            System.Text.Encoding.UTF8.GetBytes(Assert.IsType<string>(message)), out var read, out _));
        var k = Assert.IsType<PairedMessage>(read).K;
        var root = KeySchedule.Root(invitation.Secret, k, phone.Hash);
        return new DeviceRecord(
            invitation.Device, [], KeySchedule.LastingPsk(root), KeySchedule.LastingOfferKey(root), "", false, default);
    }
}
