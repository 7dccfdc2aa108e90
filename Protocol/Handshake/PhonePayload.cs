namespace QuicPair.Protocol.Handshake;

/// <summary>What the phone says in message 1.</summary>
/// <param name="Device">Its deviceId.</param>
/// <param name="Name">Its name, safe to show; only in mode 1.</param>
public sealed record PhonePayload(string Device, string? Name);
