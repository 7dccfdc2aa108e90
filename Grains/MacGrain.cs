using System.Collections.Immutable;
using Orleans.GrainDirectory;
using Orleans.Placement;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Interfaces.Household;
using QuicPair.Grains.Placement;
using QuicPair.Grains.Ports;

namespace QuicPair.Grains;

/// <summary>The Mac's gate towards the household: only what the gate verified goes on to a pairing.</summary>
[GrainType("quicpair.mac"), OwnerPlacement, Immovable, GrainDirectory(OwnerPlacement.DirectoryName)]
internal sealed class MacGrain(
    IOfferGate gate,
    IMacStatus status,
    IDeviceKeys keys,
    IPeerHost peers,
    IVouchers vouchers,
    ILocalSiloDetails silo) : OwnerGrain(silo), IMacGrain
{
    public async Task<OfferReply> Offer(OfferEnvelope offer)
    {
        ArgumentNullException.ThrowIfNull(offer);
        if (offer.Mac != Id)
        {
            return OfferReply.Reject(OfferProblem.Refused);
        }

        return gate.Verify(offer) switch
        {
            OfferVerdict.Verified => await Pairing(offer.Device).Connect(offer),
            OfferVerdict.Repeated repeated => OfferReply.Accept(repeated.Answer),
            OfferVerdict.Rejected rejected => OfferReply.Reject(rejected.Problem),
            _ => OfferReply.Reject(OfferProblem.Refused),
        };
    }

    public Task<bool> Authenticate(IceEnvelope envelope)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        return Task.FromResult(envelope.Mac == Id && gate.Authenticate(envelope));
    }

    public Task Drain(bool draining)
    {
        peers.IsDraining = draining;
        return Task.CompletedTask;
    }

    public Task<MacIntroduction> Introduce() => Task.FromResult(vouchers.Introduce());

    public Task<bool> Vouch(MacId from, ImmutableArray<byte> voucher) =>
        Task.FromResult(!voucher.IsDefault && vouchers.Admit(from, voucher.AsSpan()));

    public Task RevokeVouched(PairingKey origin) => vouchers.Revoke(origin);

    public Task<MacSnapshot> GetState() => Task.FromResult(new MacSnapshot(
        Id,
        status.Name,
        status.Runner,
        [.. status.Models],
        [.. status.Loaded],
        status.Running,
        status.Waiting,
        status.TokensPerSecond,
        status.Connected,
        [.. keys.All().Where(device => device.Stage == PairingStage.Paired).Select(Show)])
    {
        Version = typeof(MacGrain).Assembly.GetName().Version?.ToString(3) ?? string.Empty,
        Draining = peers.IsDraining,
        RunnerSilent = status.IsRunnerSilent,
    });

    private MacId Id => MacId.Parse(this.GetPrimaryKeyString());

    private IPairingGrain Pairing(DeviceId device) => GrainFactory.Pairing(new PairingKey(Id, device));

    private PairingSnapshot Show(DeviceStanding device)
    {
        var session = peers.Presence(device.Device).Show();
        var key = new PairingKey(Id, device.Device);
        var name = DisplayName.Redact(device.Name);
        return new PairingSnapshot(key, device.Stage, name, device.Since, session?.Since, session);
    }
}
