using QuicPair.Grains.Interfaces.Presence;

namespace QuicPair.Grains.Ports;

/// <summary>
/// A device's live session as the control plane may see it: no content, no key, no address.
/// </summary>
/// <param name="Since">When the session became live.</param>
/// <param name="Path">How the packets travel: <c>local</c>, <c>direct</c> or <c>relay</c>.</param>
/// <param name="RoundTrip">The smoothed round trip of the path.</param>
public sealed record PeerPresence(DateTimeOffset Since, string Path, TimeSpan RoundTrip)
{
    /// <summary>
    /// What it is doing: <c>idle</c>, <c>queued</c>, <c>loading</c>, <c>reading</c> or <c>answering</c>.
    /// </summary>
    public string Stage { get; init; } = "idle";

    /// <summary>Where the time of the device's last answer went; null before the first.</summary>
    public AnswerTimings? LastAnswer { get; init; }
}
