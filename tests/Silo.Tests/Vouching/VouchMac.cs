using System.Collections.Immutable;
using System.Security.Cryptography;
using QuicPair.Cluster.Certificates;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Interfaces.Household;
using QuicPair.Grains.Ports;
using QuicPair.Noise;
using QuicPair.Protocol;
using QuicPair.Protocol.Vouching;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Tests.Keys;
using QuicPair.Silo.Vouching;

namespace QuicPair.Silo.Tests.Vouching;

/// <summary>A member of a household: its key file, its certificate, and its grain as the others call it.</summary>
internal sealed class VouchMac : IMacGrain, IPeerHost, IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly DataFolder _folder;
    private readonly TimeProvider _time;
    private readonly bool _isOpen;

    public VouchMac(HouseholdAuthority authority, TimeProvider time, bool isOpen = true)
    {
        (_time, _isOpen) = (time, isOpen);
        _folder = _temporary.Open();
        Keys = KeyStore.Open(_folder, time);
        MemberCertificate.Issue(authority, Keys.MacId, Certificates);
        Start();
    }

    public KeyStore Keys { get; private set; }

    public VoucherDoor Door { get; private set; } = null!;

    public VouchDesk Desk { get; private set; } = null!;

    public MacId Id => MacId.Parse(Keys.MacId);

    public string Certificates => _temporary.Of("household");

    /// <summary>The devices whose sessions were closed.</summary>
    public List<DeviceId> Closed { get; } = [];

    /// <summary>What was handed to it, oldest first.</summary>
    public List<(MacId From, byte[] Voucher)> Taken { get; } = [];

    /// <summary>What a front door in between makes of its introduction.</summary>
    public Func<MacIntroduction, MacIntroduction> Meddle { get; set; } = said => said;

    public bool IsDraining { get; set; }

    /// <summary>Whether it never answers who tells it of a revocation.</summary>
    public bool IsFrozen { get; set; }

    /// <summary>The same files after a crash.</summary>
    public void Restart()
    {
        Keys.Dispose();
        Keys = KeyStore.Open(_folder, _time);
        Start();
    }

    /// <summary>The record of a phone that was scanned here.</summary>
    public DeviceRecord Pair(DeviceRights? rights = null)
    {
        var invitation = Keys.Invite(TimeSpan.FromSeconds(120), LinkFlags.None);
        var record = new DeviceRecord(
            invitation.Device, RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32),
            RandomNumberGenerator.GetBytes(32), "phone", IsPaired: false, _time.GetUtcNow());
        Keys.Claim(invitation, record);
        Keys.Commit(record);
        if (rights is not null) Keys.Change(record.Id, stored => stored with { Rights = rights });
        return Keys.Find(record.Id).Record!;
    }

    /// <summary>What this Mac, or whoever has its key, says of a device at another Mac.</summary>
    public byte[] Vouch(
        VouchMac at, string device, byte[] sealedPairing, byte[]? statement = null, byte[]? certificate = null,
        KeyPair? key = null, long late = 0)
    {
        using var own = MemberCertificate.Open(Certificates)!;
        var now = _time.GetUtcNow().ToUnixTimeSeconds() - late;
        var voucher = new Voucher(
            (ulong)now, device, statement ?? Keys.Trust!.Statement, certificate ?? own.Encoded, sealedPairing);
        return SealedMessages.Seal(voucher, key ?? Keys.Mac, at.Keys.Mac.PublicKey);
    }

    public Task<MacIntroduction> Introduce() => Task.FromResult(Meddle(Door.Introduce()));

    public Task<bool> Vouch(MacId from, ImmutableArray<byte> voucher)
    {
        Taken.Add((from, [.. voucher]));
        return Task.FromResult(Door.Admit(from, voucher.AsSpan()));
    }

    public Task RevokeVouched(PairingKey origin) =>
        IsFrozen ? new TaskCompletionSource().Task : Door.Revoke(origin);

    public Task CloseRevoked(DeviceId device)
    {
        Closed.Add(device);
        return Task.CompletedTask;
    }

    public Task<OfferReply> Offer(OfferEnvelope offer) => throw new NotSupportedException();

    public Task<bool> Authenticate(IceEnvelope envelope) => throw new NotSupportedException();

    public Task Drain(bool draining) => throw new NotSupportedException();

    public Task<MacSnapshot> GetState() => throw new NotSupportedException();

    public Task<OfferReply> Answer(OfferEnvelope offer, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public PeerPresence? Presence(DeviceId device) => null;

    public void Dispose()
    {
        Keys.Dispose();
        _folder.Dispose();
        _temporary.Dispose();
    }

    private void Start()
    {
        Door = new VoucherDoor(Keys, "Mac " + Keys.MacId, () => Certificates, _isOpen, this, _time);
        Desk = new VouchDesk(Keys, () => Certificates, _time);
    }
}
