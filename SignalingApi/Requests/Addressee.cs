using System.Collections.Immutable;
using QuicPair.Grains.Interfaces;

namespace QuicPair.SignalingApi.Requests;

/// <summary>A Mac that a request is for, and what only the device of a pairing with it can have made.</summary>
/// <param name="Mac">The Mac, or null when the phone left it out.</param>
/// <param name="Device">The device that says it sends the request.</param>
/// <param name="Auth">16 bytes.</param>
internal sealed record Addressee(MacId? Mac, DeviceId Device, ImmutableArray<byte> Auth);
