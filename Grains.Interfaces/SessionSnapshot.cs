using QuicPair.Grains.Interfaces.Presence;

namespace QuicPair.Grains.Interfaces;

/// <summary>A device's live session as far as the household may see it.</summary>
/// <param name="Since">When it became live.</param>
/// <param name="Path">How the packets travel: <c>local</c>, <c>direct</c> or <c>relay</c>.</param>
/// <param name="RoundTrip">The smoothed round trip of the path.</param>
[GenerateSerializer, Immutable, Alias("quicpair.SessionSnapshot")]
public sealed record SessionSnapshot(
    [property: Id(0)] DateTimeOffset Since,
    [property: Id(1)] string Path,
    [property: Id(2)] TimeSpan RoundTrip)
{
    /// <summary>
    /// What it is doing: <c>idle</c>, <c>queued</c>, <c>loading</c>, <c>reading</c> or <c>answering</c>.
    /// </summary>
    [Id(3)]
    public string Stage { get; init; } = "idle";

    /// <summary>Where the time of the device's last answer went; null before the first.</summary>
    [Id(4)]
    public AnswerTimings? LastAnswer { get; init; }
}
