namespace QuicPair.SignalingApi.Fleet;

/// <summary>The household at one moment, as <c>GET /api/macs</c> says it.</summary>
/// <param name="Now">The front door's clock, Unix seconds.</param>
/// <param name="Macs">Every Mac ever seen, first seen first.</param>
internal sealed record FleetReport(long Now, IReadOnlyList<MacReport> Macs);
