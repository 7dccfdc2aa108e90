using System.Security.Cryptography;
using QuicPair.Cluster.Certificates;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Interfaces.Household;
using QuicPair.Noise;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Vouching;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Vouching;

namespace QuicPair.Silo.Tests.Vouching;

/// <summary>What whoever is between the Macs, or was one of them, may try.</summary>
public sealed class HostileVoucherTests : IDisposable
{
    private readonly VouchHousehold _house = new();
    private readonly DeviceRecord _device;
    private readonly byte[] _sealed;
    private readonly string _id;

    public HostileVoucherTests()
    {
        _device = _house.First.Pair();
        (_sealed, _, _id) = VouchHousehold.Seal(_house.First, _device.Id, _house.Second);
    }

    public void Dispose() => _house.Dispose();

    [Fact]
    public void A_word_with_any_bit_changed_is_no_word()
    {
        var voucher = _house.First.Vouch(_house.Second, _device.Id, _sealed);
        for (var at = 0; at < voucher.Length; at++)
        {
            voucher[at] ^= (byte)(1 << (at % 8));
            Assert.False(TakesQuietly(_house.First.Id, voucher));
            voucher[at] ^= (byte)(1 << (at % 8));
        }

        for (var length = 0; length < voucher.Length; length += 7)
        {
            Assert.False(TakesQuietly(_house.First.Id, voucher[..length]));
        }

        Assert.False(TakesQuietly(_house.First.Id, [.. voucher, 0]));
        Assert.False(TakesQuietly(_house.First.Id, new byte[100_000]));
        Assert.True(TakesQuietly(_house.First.Id, voucher));
    }

    [Fact]
    public void A_word_is_worth_nothing_in_another_name_or_at_another_Mac()
    {
        var voucher = _house.First.Vouch(_house.Second, _device.Id, _sealed);
        Refused(_house.Third.Id, voucher);
        Assert.False(_house.Third.Door.Admit(_house.First.Id, voucher));
        Assert.False(_house.First.Door.Admit(_house.First.Id, voucher));
    }

    [Fact]
    public void Another_Mac_cannot_vouch_with_what_was_sealed_for_the_first() =>
        Refused(_house.Third.Id, _house.Third.Vouch(_house.Second, _device.Id, _sealed));

    [Fact]
    public void A_Mac_cannot_give_one_devices_pairing_to_another_device() =>
        Refused(_house.First.Id, _house.First.Vouch(_house.Second, "aaaaaaaaaaaaaaaa", _sealed));

    [Theory]
    [InlineData(301, false)]
    [InlineData(-301, false)]
    [InlineData(300, true)]
    [InlineData(-300, true)]
    public void A_word_is_good_for_five_minutes_of_either_clock(long late, bool taken) => Assert.Equal(
        taken,
        _house.Second.Door.Admit(_house.First.Id, _house.First.Vouch(_house.Second, _device.Id, _sealed, late: late)));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_word_that_was_held_back_is_worth_nothing_after_the_revocation(bool wasDelivered)
    {
        Assert.True(_house.First.Keys.NoteVouched(_device.Id, _house.Second.Keys.MacId));
        var voucher = _house.First.Vouch(_house.Second, _device.Id, _sealed);
        if (wasDelivered) Assert.True(_house.Second.Door.Admit(_house.First.Id, voucher));
        await _house.Revoke(_house.First, _device.Id);
        _house.Second.Restart();
        Refused(_house.First.Id, voucher);
    }

    [Fact]
    public void The_authoritys_key_makes_no_member()
    {
        // A key of one's own, the id that is made of it, and a certificate that names that id.
        using var key = KeyPair.Generate(RandomKeySource.Instance);
        var id = KeySchedule.MacId(key.PublicKey);
        var certificate = Mint(id);
        var prologue = SealedPairing.Prologue(id, _device.Id, _house.Second.Keys.MacId);
        var pairing = Seal(prologue, _house.Second.Keys.Mac.PublicKey);
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[][] statements =
        [
            new byte[64],
            _house.First.Keys.Trust!.Statement,
            own.SignData(Voucher.Member(key.PublicKey), HashAlgorithmName.SHA256),
        ];
        Assert.All(statements, statement => Refused(
            MacId.Parse(id),
            _house.First.Vouch(_house.Second, _device.Id, pairing, statement, certificate, key)));
    }

    [Fact]
    public void A_certificate_in_a_members_name_is_not_the_members_key()
    {
        using var key = KeyPair.Generate(RandomKeySource.Instance);
        var certificate = Mint(_house.First.Keys.MacId);
        Refused(
            _house.First.Id,
            _house.First.Vouch(_house.Second, _device.Id, _sealed, certificate: certificate, key: key));
    }

    [Fact]
    public void A_member_whose_certificate_is_over_or_of_another_household_is_none()
    {
        using var elsewhere = HouseholdAuthority.Create(TimeProvider.System);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (name, spki) = (_house.First.Keys.MacId, key.ExportSubjectPublicKeyInfo());
        var now = DateTimeOffset.UtcNow;
        string[] certificates =
        [
            elsewhere.Issue(name, spki),
            _house.Authority.Issue(name, spki, now.AddHours(-2), now.AddHours(-1)),
            _house.Authority.Issue(_house.Third.Keys.MacId, spki),
        ];
        Assert.All(certificates, certificate => Refused(
            _house.First.Id, _house.First.Vouch(_house.Second, _device.Id, _sealed, certificate: Der(certificate))));
        Refused(_house.First.Id, _house.First.Vouch(_house.Second, _device.Id, _sealed, certificate: [1, 2, 3]));
        Refused(_house.First.Id, _house.First.Vouch(_house.Second, _device.Id, _sealed, certificate: []));
    }

    [Fact]
    public void With_the_authoritys_key_and_every_other_members_files_no_key_is_opened_and_nobody_else_is_played()
    {
        // What the second Mac alone may read, tried with everything that the others have.
        var voucher = _house.First.Vouch(_house.Second, _device.Id, _sealed);
        foreach (var thief in new[] { _house.First, _house.Third })
        {
            Assert.False(SealedMessages.TryOpen(voucher, _house.First.Keys.MacId, thief.Keys.Mac, out _, out _));
            var open = new Voucher(0, _device.Id, new byte[64], [], _sealed);
            Assert.False(SealedMessages.TryOpen(open, _house.First.Keys.MacId, thief.Keys.Mac, out _));
        }

        // And in the second Mac's name, with its own certificate or one that the authority's key makes, and its own
        // statement or the thief's, which is good for the thief's key.
        using var own = MemberCertificate.Open(_house.Second.Certificates)!;
        byte[][] certificates = [own.Encoded, Mint(_house.Second.Keys.MacId)];
        foreach (var (thief, at) in new[] { (_house.First, _house.Third), (_house.Third, _house.First) })
        {
            byte[][] statements = [_house.Second.Keys.Trust!.Statement, thief.Keys.Trust!.Statement];
            var prologue = SealedPairing.Prologue(_house.Second.Keys.MacId, _device.Id, at.Keys.MacId);
            var pairing = Seal(prologue, at.Keys.Mac.PublicKey);
            foreach (var statement in statements)
            {
                foreach (var certificate in certificates)
                {
                    var forged = InTheSecondsName(at, pairing, statement, certificate, thief.Keys.Mac);
                    Assert.False(at.Door.Admit(_house.Second.Id, forged));
                }
            }

            // With the second Mac's own key the same would be taken.
            var real = InTheSecondsName(at, pairing, statements[0], certificates[0], _house.Second.Keys.Mac);
            Assert.True(at.Door.Admit(_house.Second.Id, real));
        }
    }

    [Fact]
    public async Task A_front_door_that_puts_other_keys_in_between_has_no_Mac_named_and_nothing_sealed_to_it()
    {
        using var key = KeyPair.Generate(RandomKeySource.Instance);
        var statement = _house.Third.Keys.Trust!.Statement;
        Func<MacIntroduction, MacIntroduction>[] tricks =
        [
            said => said with { Key = [.. key.PublicKey] },
            said => said with { Key = [.. _house.Third.Keys.Mac.PublicKey], Statement = [.. statement] },
            said => said with { Key = [.. said.Key.Take(31)] },
            said => said with { Key = default },
            said => said with { Statement = default },
            said => said with { Statement = [.. statement] },
            said => said with { Statement = [.. said.Statement.Take(63)] },
        ];
        foreach (var trick in tricks)
        {
            _house.Second.Meddle = trick;
            var named = Assert.Single(await VouchHousehold.Name(_house.First, _device));
            Assert.Equal(_house.Third.Keys.MacId, named.Mac);
            var reply = await VouchHousehold.Ask(_house.First, _device, _house.Second, _sealed);
            Assert.Equal(ErrorCode.NotFound, Assert.IsType<ErrorMessage>(reply).Code);
        }

        Assert.Empty(_house.Second.Taken);
    }

    [Fact]
    public void Strangers_are_turned_away_at_a_limit()
    {
        var garbage = new byte[300];
        for (var i = 0; i < 60; i++) Assert.False(_house.Second.Door.Admit(_house.First.Id, garbage));
        var voucher = _house.First.Vouch(_house.Second, _device.Id, _sealed);
        Assert.False(_house.Second.Door.Admit(_house.First.Id, voucher));
        _house.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(_house.Second.Door.Admit(_house.First.Id, voucher));
    }

    private void Refused(MacId from, byte[] voucher)
    {
        Assert.False(_house.Second.Door.Admit(from, voucher));
        Assert.Null(_house.Second.Keys.Find(_id).Record);
    }

    /// <summary>Without the limit of attempts, at the same time.</summary>
    private bool TakesQuietly(MacId from, byte[] voucher) => new VoucherDoor(
        _house.Second.Keys, "mac", () => _house.Second.Certificates, true, _house.Second, _house.Time)
        .Admit(from, voucher);

    /// <summary>A voucher that opens as the second Mac's, whosever key it is under.</summary>
    private byte[] InTheSecondsName(VouchMac at, byte[] pairing, byte[] statement, byte[] certificate, KeyPair key)
    {
        var prologue = Voucher.Prologue(_house.Second.Keys.MacId, at.Keys.MacId);
        using var noise = new HandshakeState(
            Noise.Patterns.HandshakePattern.Parse("X"), initiator: true, prologue, RandomKeySource.Instance, key,
            at.Keys.Mac.PublicKey);
        var now = (ulong)_house.Time.GetUtcNow().ToUnixTimeSeconds();
        var payload = new Voucher(now, _device.Id, statement, certificate, pairing).Write();
        var message = new byte[payload.Length + Voucher.Overhead];
        noise.WriteMessage(payload, message);
        return message;
    }

    private byte[] Mint(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Der(_house.Authority.Issue(name, key.ExportSubjectPublicKeyInfo()));
    }

    private static byte[] Der(string pem) =>
        Convert.FromBase64String(string.Concat(pem.Split('\n').Where(line => !line.StartsWith('-'))));

    private static byte[] Seal(byte[] prologue, ReadOnlySpan<byte> recipient)
    {
        using var noise = new HandshakeState(
            Noise.Patterns.HandshakePattern.Parse("N"), initiator: true, prologue, RandomKeySource.Instance,
            remoteStatic: recipient);
        var message = new byte[SealedPairing.MessageLength];
        noise.WriteMessage(new SealedPairing(new byte[32], new byte[32], "x").Write(), message);
        return message;
    }
}
