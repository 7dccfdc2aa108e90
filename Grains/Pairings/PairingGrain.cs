using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.GrainDirectory;
using Orleans.Placement;
using Orleans.Providers;
using Orleans.Storage;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Placement;
using QuicPair.Grains.Ports;

namespace QuicPair.Grains.Pairings;

/// <summary>
/// The control plane of one device on its Mac. Keys stay in the Mac's key file and peers in its peer host;
/// the grain asks both through ports and remembers names and times.
/// </summary>
[GrainType("quicpair.pairing"), OwnerPlacement, Immovable, GrainDirectory(OwnerPlacement.DirectoryName)]
internal sealed partial class PairingGrain(
    IDeviceKeys keys,
    IPeerHost peers,
    TimeProvider time,
    ILocalSiloDetails silo,
    IGrainContext context,
    [FromKeyedServices(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME)] IGrainStorage storage,
    ILogger<PairingGrain> logger) : OwnerGrain(silo), IPairingGrain
{
    // Ours: an attempt must be over before the front door stops waiting for it.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(4);

    // Ours: longer than a peer may stay unfinished (docs/protocol.md, 4: 30 s, or 95 s while the owner compares).
    private static readonly TimeSpan UnfinishedPeer = TimeSpan.FromMinutes(2);

    // Ours: keys and sessions are gone by then, and whoever asked need not wait for the record.
    private static readonly TimeSpan RecordLimit = TimeSpan.FromSeconds(2);

    private readonly RecordStore<PairingRecord> _store =
        new(storage, "pairing", context, PairingRecord.CurrentSchema);

    private bool _wasConnected;

    public async Task<OfferReply> Connect(OfferEnvelope offer)
    {
        ArgumentNullException.ThrowIfNull(offer);
        if (offer.Mac != Key.Mac || offer.Device != Key.Device || keys.Standing(Key.Device) is null)
        {
            return OfferReply.Reject(OfferProblem.Refused);
        }

        using var limit = new CancellationTokenSource(AnswerLimit, time);
        var reply = await peers.Answer(offer, limit.Token);
        if (reply.Answer is not null)
        {
            DelayDeactivation(peers.Presence(Key.Device) is null ? UnfinishedPeer : Timeout.InfiniteTimeSpan);
        }

        return reply;
    }

    public async Task<bool> Revoke()
    {
        // docs/protocol.md, 5: "revocation deletes there first, then closes sessions". The record may be out of reach.
        var standing = keys.Standing(Key.Device);
        var isDeleted = await keys.Delete(Key.Device);
        await peers.CloseRevoked(Key.Device);
        try
        {
            await WriteRevoked(standing).WaitAsync(RecordLimit, time);
        }
        catch (Exception failure)
        {
            // The key file has lost the device, and that is what is shown: the next change writes it down.
            LogUnwritten(logger, failure.GetType().Name);
        }

        DelayDeactivation(TimeSpan.Zero);
        return isDeleted;
    }

    public async Task Refresh()
    {
        var connected = peers.Presence(Key.Device) is not null;
        await Apply(new PairingCommand.Observe(keys.Standing(Key.Device), connected) { WasConnected = _wasConnected });
        _wasConnected = connected;
    }

    public async Task<PairingSnapshot> GetState()
    {
        var record = await _store.Load() ?? new PairingRecord();
        var session = peers.Presence(Key.Device).Show();
        var lastSeen = session?.Since > record.LastSeen ? session.Since : record.LastSeen ?? session?.Since;
        if (record.Stage != PairingStage.Revoked && keys.Standing(Key.Device) is { } standing)
        {
            return new PairingSnapshot(
                Key, standing.Stage, DisplayName.Redact(standing.Name), standing.Since, lastSeen, session);
        }

        // The key file has no such device, whatever the record still says: it was removed, or was never paired.
        if (record.Stage is not (PairingStage.Paired or PairingStage.Revoked))
        {
            return new PairingSnapshot(Key, null, string.Empty, null, lastSeen, session);
        }

        DateTimeOffset? since = record.Stage == PairingStage.Revoked ? record.Since : null;
        return new PairingSnapshot(
            Key, PairingStage.Revoked, DisplayName.Redact(record.Name), since, lastSeen, session);
    }

    private PairingKey Key => PairingKey.Parse(this.GetPrimaryKeyString());

    private async Task<PairingState> State() =>
        (await _store.Load())?.ToState() ?? new PairingState.Unknown();

    private async Task Apply(PairingCommand command)
    {
        var before = await State();
        var step = PairingRules.Decide(before, command, time.GetUtcNow());
        foreach (var effect in step.Effects)
        {
            await Run(effect, step.State);
        }

        Note(before, step.State);
    }

    /// <summary>What a revocation leaves, once keys and sessions are gone.</summary>
    private async Task WriteRevoked(DeviceStanding? standing)
    {
        var (before, now) = (await State(), time.GetUtcNow());
        var seen = PairingRules.Decide(before, new PairingCommand.Observe(standing, Connected: false), now).State;
        var revoked = PairingRules.Decide(seen, new PairingCommand.Revoke(), now).State;
        if (revoked != before)
        {
            await _store.Save(PairingRecord.Of(Key.ToString(), revoked));
            Note(before, revoked);
        }
    }

    private void Note(PairingState before, PairingState after)
    {
        if (before.GetType() != after.GetType())
        {
            LogStage(logger, Key, before.GetType().Name, after.GetType().Name);
        }
    }

    private async Task Run(PairingEffect effect, PairingState state)
    {
        switch (effect)
        {
            case PairingEffect.DeleteKeys:
                await keys.Delete(Key.Device);
                break;
            case PairingEffect.ClosePeers:
                await peers.CloseRevoked(Key.Device);
                break;
            case PairingEffect.Save:
                await _store.Save(PairingRecord.Of(Key.ToString(), state));
                break;
            case PairingEffect.Keep:
                DelayDeactivation(Timeout.InfiniteTimeSpan);
                break;
            case PairingEffect.Release:
                DelayDeactivation(TimeSpan.Zero);
                break;
        }
    }
}
