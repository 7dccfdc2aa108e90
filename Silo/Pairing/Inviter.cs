using QuicPair.Protocol;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Pairing;

/// <summary>Makes invitations and the links that carry them.</summary>
/// <param name="keys">Keeps the invitation.</param>
/// <param name="places">Finds where links lead, anew for each invitation that is shown.</param>
/// <param name="always">What every link says.</param>
internal sealed class Inviter(KeyStore keys, Func<LinkPlaces> places, LinkFlags always = LinkFlags.None)
{
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(120);

    /// <summary>A new invitation; the one before is void.</summary>
    public InvitationLinks Invite(TimeSpan lifetime, LinkFlags flags)
    {
        return Links(keys.Invite(lifetime, flags | always));
    }

    /// <summary>The open invitation, which a restart does not break, while it is long enough; else a new one.</summary>
    public InvitationLinks InviteOrContinue(TimeSpan least, TimeProvider time) =>
        keys.OpenInvitation is { } open && open.Expires - time.GetUtcNow() >= least
            ? Links(open)
            : Invite(DefaultLifetime, LinkFlags.None);

    private InvitationLinks Links(Invitation invitation)
    {
        var where = places();
        var links = where.Origins.Select(origin => new PairingLink
        {
            Origin = origin,
            MacPublicKey = keys.Mac.PublicKey.ToArray(),
            Secret = invitation.Secret,
            Expiry = (uint)invitation.Expires.ToUnixTimeSeconds(),
            Flags = invitation.Flags,
        }.Format());
        return new InvitationLinks([.. links], where.ThisNetworkOnly, invitation.Expires, invitation.Device)
        {
            ThisMachineOnly = where.ThisMachineOnly,
        };
    }
}
