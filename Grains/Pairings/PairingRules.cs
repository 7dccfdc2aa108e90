using System.Diagnostics;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;
using static QuicPair.Grains.Pairings.PairingEffect;
using static QuicPair.Grains.Pairings.PairingState;

namespace QuicPair.Grains.Pairings;

/// <summary>
/// The life of a pairing: invited, claimed, paired, revoked. The Mac's key file decides who is admitted;
/// these rules follow it forward, never back, and a revoked device stays revoked whatever the file says
/// later.
/// </summary>
internal static class PairingRules
{
    // Ours: how stale the stored time of the last session may get.
    private static readonly TimeSpan LastSeenGrain = TimeSpan.FromMinutes(1);

    /// <summary>Decides what a command does to a state at a time.</summary>
    public static PairingStep Decide(PairingState state, PairingCommand command, DateTimeOffset now) =>
        command switch
        {
            PairingCommand.Observe observe => Observe(state, observe, now),
            PairingCommand.Revoke => Revoke(state, now),
            _ => throw new UnreachableException(),
        };

    private static PairingStep Observe(PairingState state, PairingCommand.Observe seen, DateTimeOffset now)
    {
        if (state is Revoked)
        {
            return seen is { Standing: null, Connected: false }
                ? new PairingStep(state, Release)
                : new PairingStep(state, DeleteKeys, ClosePeers, Release);
        }

        if (seen.Standing is null)
        {
            return Vanish(state, seen.Connected, now);
        }

        // Who leaves was here until now.
        var next = Advance(state, seen.Standing, seen.Connected || seen.WasConnected, now);
        var hold = seen.Connected ? Keep : Release;
        return IsWorthSaving(state, next) ? new PairingStep(next, Save, hold) : new PairingStep(next, hold);
    }

    /// <summary>
    /// The key file has lost the device: an invitation ran out, or the Mac's owner removed the device there.
    /// </summary>
    private static PairingStep Vanish(PairingState state, bool connected, DateTimeOffset now) => state switch
    {
        Paired paired => new PairingStep(new Revoked(paired.Name, now), ClosePeers, Save, Release),
        Unknown when connected => new PairingStep(state, ClosePeers, Release),
        Unknown => new PairingStep(state, Release),
        _ => new PairingStep(new Unknown(), ClosePeers, Save, Release),
    };

    private static PairingState Advance(
        PairingState state,
        DeviceStanding file,
        bool isSeen,
        DateTimeOffset now) => (file.Stage, state) switch
        {
            (PairingStage.Paired, Paired paired) =>
                paired with { Name = file.Name, LastSeen = isSeen ? now : paired.LastSeen },
            (PairingStage.Paired, _) => new Paired(file.Name, file.Since, isSeen ? now : null),
            (PairingStage.Claimed, Unknown or Invited or Claimed) => new Claimed(file.Name, file.Since),
            (PairingStage.Invited, Unknown or Invited) => new Invited(file.Since),
            _ => state,
        };

    private static bool IsWorthSaving(PairingState before, PairingState after) => (before, after) switch
    {
        (Paired old, Paired young) =>
            old.Name != young.Name || young.LastSeen - (old.LastSeen ?? default) >= LastSeenGrain,
        _ => before != after,
    };

    /// <summary>
    /// docs/protocol.md, 5: "revocation deletes there first, then closes sessions". A second revocation does
    /// it again, so that one that was cut short is finished.
    /// </summary>
    private static PairingStep Revoke(PairingState state, DateTimeOffset now) => state switch
    {
        Unknown => new PairingStep(state),
        Revoked => new PairingStep(state, DeleteKeys, ClosePeers, Release),
        _ => new PairingStep(new Revoked(NameOf(state), now), DeleteKeys, ClosePeers, Save, Release),
    };

    private static string NameOf(PairingState state) => state switch
    {
        Claimed claimed => claimed.Name,
        Paired paired => paired.Name,
        Revoked revoked => revoked.Name,
        _ => string.Empty,
    };
}
