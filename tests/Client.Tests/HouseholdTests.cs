using QuicPair.Client.Store;
using QuicPair.Noise;
using QuicPair.Noise.Patterns;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Household;
using QuicPair.Protocol.Vouching;

namespace QuicPair.Client.Tests;

/// <summary>A phone that was scanned at one Mac and uses another.</summary>
public sealed class HouseholdTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestMac _scanned = new();
    private readonly TestMac _other = new();
    private readonly SeveralMacs _door;
    private readonly Phone _phone;
    private PairedMac _session = null!;
    private bool _isRefused;

    public HouseholdTests()
    {
        _door = new SeveralMacs(_scanned, _other);
        _phone = new Phone(new PhoneOptions
        {
            Name = "Ada’s phone",
            StorePath = Path.Combine(_folder.Path, "pairings.json"),
            HttpHandler = _door,
        });
        _scanned.OnRequest = Answer;
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _session = await _phone.Pair(_scanned.Link, Cancellation);

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        await _phone.DisposeAsync();
        _door.Dispose();
        _scanned.Dispose();
        _other.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task One_scan_opens_a_session_with_the_other_Mac()
    {
        var added = Assert.Single(await _phone.UseHousehold(_session, Cancellation));
        Assert.Equal((VouchingStage.Accepted, "Studio"), (added.Vouching, added.MacName));
        Assert.Null(added.Secret);
        Assert.NotEqual(_session.Pairing.PrivateKey, added.PrivateKey);

        await using var session = await _phone.Open(added, Cancellation);
        Assert.IsType<DoneMessage>(await session.Chat(new ChatMessage { Prompt = "Hello" }).LastAsync(Cancellation));
        Assert.Null(Stored().Vouching);
        Assert.Empty(await _phone.UseHousehold(_session, Cancellation));
    }

    [Fact]
    public async Task A_Mac_that_refuses_leaves_nothing_behind()
    {
        _isRefused = true;
        Assert.Empty(await _phone.UseHousehold(_session, Cancellation));
        Assert.Single(_phone.Pairings.Load());
    }

    [Fact]
    public async Task What_no_session_has_proved_is_made_anew()
    {
        var first = Assert.Single(await _phone.UseHousehold(_session, Cancellation));
        var second = Assert.Single(await _phone.UseHousehold(_session, Cancellation));
        Assert.NotEqual(first.DeviceId, second.DeviceId);
        Assert.Equal(second.DeviceId, Stored().DeviceId);
    }

    [Fact]
    public async Task What_may_never_have_arrived_is_not_counted_among_the_household()
    {
        var added = Assert.Single(await _phone.UseHousehold(_session, Cancellation));
        Assert.Equal(2, _phone.Household().Count);
        _phone.Pairings.Save(added with { Vouching = VouchingStage.Asked });
        Assert.Single(_phone.Household());
        Assert.Equal(
            [_session.Pairing.DeviceId, added.DeviceId], _phone.Usable().Select(record => record.DeviceId));
    }

    [Fact]
    public async Task A_key_that_the_phone_has_is_never_replaced_by_one_that_is_named()
    {
        await (await _phone.Pair(_other.Link, Cancellation)).DisposeAsync();
        Assert.Empty(await _phone.UseHousehold(_session, Cancellation));
        Assert.Equal(2, _phone.Pairings.Load().Count);
    }

    private PairingRecord Stored() =>
        Assert.Single(_phone.Pairings.Load(), record => record.DeviceId != _session.Pairing.DeviceId);

    private void Answer(TestMacPhone phone, Message request)
    {
        switch (request)
        {
            case MacsRequest:
                var key = _other.Static.PublicKey.ToArray();
                phone.Send(new MacsReply { Id = request.Id, Macs = [new(KeySchedule.MacId(key), "Studio", key)] });
                break;
            case VouchRequest when _isRefused:
                phone.Send(new ErrorMessage { Id = request.Id, For = request.Op, Code = ErrorCode.NotAllowed });
                break;
            case VouchRequest vouch:
                Admit(vouch);
                phone.Send(new VouchedMessage { Id = request.Id, Mac = vouch.Mac });
                break;
        }
    }

    // The other Mac opens what only it can open.
    private void Admit(VouchRequest vouch)
    {
        var prologue = SealedPairing.Prologue(_session.Pairing.MacId, _session.Pairing.DeviceId, vouch.Mac);
        using var noise = new HandshakeState(
            HandshakePattern.Parse("N"), initiator: false, prologue, Session.RandomSource.Instance, _other.Static);
        var payload = new byte[SealedPairing.MessageLength];
        Assert.True(noise.TryReadMessage(vouch.Sealed, payload, out var length));
        Assert.True(SealedPairing.TryRead(payload.AsSpan(0, length), out var pairing));
        Assert.Equal("Ada’s phone", pairing.Name);
        var root = KeySchedule.VouchedRoot(pairing.Secret);
        _other.Lasting = (KeySchedule.LastingPsk(root), KeySchedule.LastingOfferKey(root));
    }
}
