using QuicPair.Grains.Interfaces;

namespace QuicPair.Grains.Ports;

/// <summary>A device as the key file knows it, without its keys.</summary>
/// <param name="Device">The device.</param>
/// <param name="Stage">How far its pairing has come.</param>
/// <param name="Name">The name that it gave itself or that the owner gave it; empty before it is
/// claimed.</param>
/// <param name="Since">When it came to this stage.</param>
public sealed record DeviceStanding(DeviceId Device, PairingStage Stage, string Name, DateTimeOffset Since);
