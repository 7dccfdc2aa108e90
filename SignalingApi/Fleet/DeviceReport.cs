namespace QuicPair.SignalingApi.Fleet;

/// <summary>One device of a <see cref="MacReport"/>.</summary>
/// <param name="Device">Its id.</param>
/// <param name="Name">The first character of its name.</param>
/// <param name="Since">When it was paired, Unix seconds.</param>
/// <param name="LastSeen">When its last session ended, Unix seconds, as far as known.</param>
/// <param name="Session">Its live session, or null.</param>
internal sealed record DeviceReport(
    string Device, string Name, long? Since, long? LastSeen, SessionReport? Session);
