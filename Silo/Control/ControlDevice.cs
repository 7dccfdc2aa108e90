namespace QuicPair.Silo.Control;

/// <summary>A paired device, for the owner.</summary>
/// <param name="Device">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Since">When it was paired, Unix seconds.</param>
/// <param name="Connected">Whether it has a live session.</param>
/// <param name="Path"><c>local</c>, <c>direct</c> or <c>relay</c>, while connected.</param>
/// <param name="RoundTripMs">The round trip, while connected.</param>
internal sealed record ControlDevice(
    string Device, string Name, long Since, bool Connected, string? Path, double? RoundTripMs);
