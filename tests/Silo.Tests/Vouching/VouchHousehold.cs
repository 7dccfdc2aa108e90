using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Cluster.Certificates;
using QuicPair.Grains.Interfaces;
using QuicPair.Noise;
using QuicPair.Noise.Patterns;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Household;
using QuicPair.Protocol.Vouching;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Tests.Vouching;

/// <summary>Three Macs of one household; the first made it, the others joined.</summary>
internal sealed class VouchHousehold : IDisposable
{
    private readonly List<VouchMac> _macs = [];

    public VouchHousehold(bool isLastOpen = true)
    {
        for (var mac = 0; mac < 3; mac++) _macs.Add(new VouchMac(Authority, Time, mac < 2 || isLastOpen));
        var trust = First.Keys.FoundHousehold();
        foreach (var mac in _macs.Skip(1))
        {
            Assert.True(mac.Keys.JoinHousehold(trust.Root, trust.State(mac.Keys.Mac.PublicKey)));
        }

        Connect();
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UtcNow);

    public HouseholdAuthority Authority { get; } = HouseholdAuthority.Create(TimeProvider.System);

    public VouchMac First => _macs[0];

    public VouchMac Second => _macs[1];

    public VouchMac Third => _macs[2];

    /// <summary>Every Mac reaches every other, after restarts too.</summary>
    public void Connect()
    {
        foreach (var mac in _macs)
        {
            mac.Desk.Others = () => [.. _macs.Select(other => other.Id)];
            mac.Desk.Find = id => _macs.Find(other => other.Id == id) ?? throw new MacUnavailableException(id.Value);
        }
    }

    /// <summary>Names the other Macs to a device.</summary>
    public static async Task<IReadOnlyList<NamedMac>> Name(VouchMac mac, DeviceRecord device)
    {
        var reply = await mac.Desk.Work(new MacsRequest { Id = "1" }, device.Id)!(CancellationToken.None);
        return Assert.IsType<MacsReply>(reply).Macs;
    }

    /// <summary>Asks a Mac to vouch for its device at another one.</summary>
    public static Task<Message> Ask(VouchMac mac, DeviceRecord device, VouchMac at, byte[] sealedPairing) =>
        mac.Desk.Work(
            new VouchRequest { Id = "1", Mac = at.Keys.MacId, Sealed = sealedPairing }, device.Id)!(
            CancellationToken.None);

    /// <summary>What a phone makes for a Mac that it did not scan.</summary>
    public static (byte[] Sealed, byte[] Secret, string Device) Seal(VouchMac voucher, string device, VouchMac at)
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        using var keys = KeyPair.Generate(RandomKeySource.Instance);
        using var noise = new HandshakeState(
            HandshakePattern.Parse("N"), initiator: true,
            SealedPairing.Prologue(voucher.Keys.MacId, device, at.Keys.MacId), RandomKeySource.Instance,
            remoteStatic: at.Keys.Mac.PublicKey);
        var message = new byte[SealedPairing.MessageLength];
        noise.WriteMessage(new SealedPairing(secret, [.. keys.PublicKey], "Ada’s phone").Write(), message);
        return (message, secret, KeySchedule.DeviceId(secret));
    }

    /// <summary>Pairs a device of the first Mac with another one, on the first one's word.</summary>
    public DeviceRecord Vouch(DeviceRecord device, VouchMac at)
    {
        Assert.True(First.Keys.NoteVouched(device.Id, at.Keys.MacId));
        var (pairing, _, id) = Seal(First, device.Id, at);
        Assert.True(at.Door.Admit(First.Id, First.Vouch(at, device.Id, pairing)));
        Assert.True(at.Keys.Commit(at.Keys.Find(id).Record!));
        return at.Keys.Find(id).Record!;
    }

    /// <summary>Revokes at a Mac and tells the others, as the carrier does.</summary>
    public async Task Revoke(VouchMac mac, string device, bool here = false)
    {
        Assert.True(mac.Keys.Delete(DeviceId.Parse(device), here));
        for (var round = 0; round < _macs.Count; round++)
        {
            foreach (var from in _macs)
            {
                foreach (var owed in from.Keys.Owed)
                {
                    var origin = new PairingKey(MacId.Parse(owed.Origin.Mac), DeviceId.Parse(owed.Origin.Device));
                    await _macs.Single(other => other.Keys.MacId == owed.Mac).RevokeVouched(origin);
                    from.Keys.Settle(owed);
                }
            }
        }
    }

    public void Dispose()
    {
        _macs.ForEach(mac => mac.Dispose());
        Authority.Dispose();
    }
}
