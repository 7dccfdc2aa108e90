using QuicPair.Protocol;

namespace QuicPair.Silo.Keys;

/// <summary>The one-time secret of a link (docs/protocol.md, 2).</summary>
internal sealed class Invitation(byte[] secret, DateTimeOffset expires, LinkFlags flags)
{
    private const int MaxHandshakes = 20;

    private int _handshakes;

    public byte[] Secret { get; } = secret;

    public DateTimeOffset Expires { get; } = expires;

    public LinkFlags Flags { get; } = flags;

    public string Device { get; } = KeySchedule.DeviceId(secret);

    public byte[] Psk { get; } = KeySchedule.Psk(secret);

    public byte[] OfferKey { get; } = KeySchedule.OfferKey(secret);

    /// <summary>Counts a handshake; false when there were too many.</summary>
    public bool TryCountHandshake() => Interlocked.Increment(ref _handshakes) <= MaxHandshakes;

    /// <summary>Without the secret.</summary>
    public override string ToString() => $"Invitation {{ {Device} }}";
}
