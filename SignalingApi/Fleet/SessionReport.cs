using QuicPair.Grains.Interfaces.Presence;

namespace QuicPair.SignalingApi.Fleet;

/// <summary>The live session of a <see cref="DeviceReport"/>.</summary>
/// <param name="Since">When it became live, Unix seconds.</param>
/// <param name="Stage"><c>idle</c>, <c>queued</c>, <c>loading</c>, <c>reading</c> or <c>answering</c>.</param>
/// <param name="Path"><c>local</c>, <c>direct</c> or <c>relay</c>.</param>
/// <param name="RoundTripMs">The path's round trip, smoothed, milliseconds.</param>
/// <param name="LastAnswer">Where the time of the last answer went; null before the first.</param>
internal sealed record SessionReport(
    long Since, string Stage, string Path, double RoundTripMs, AnswerTimings? LastAnswer);
