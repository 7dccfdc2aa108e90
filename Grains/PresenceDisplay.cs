using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;

namespace QuicPair.Grains;

/// <summary>Turns what a Mac knows of a session into what the household may see.</summary>
internal static class PresenceDisplay
{
    public static SessionSnapshot? Show(this PeerPresence? presence) =>
        presence is null ? null : new SessionSnapshot(presence.Since, presence.Path, presence.RoundTrip)
        {
            Stage = presence.Stage,
            LastAnswer = presence.LastAnswer,
        };
}
