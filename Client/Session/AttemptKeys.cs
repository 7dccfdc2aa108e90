using QuicPair.Client.Store;
using QuicPair.Protocol;
using QuicPair.Protocol.Handshake;

namespace QuicPair.Client.Session;

/// <summary>The keys of one attempt to connect; the mode follows from which there are.</summary>
internal sealed record AttemptKeys(PairingMode Mode, byte[] Psk, byte[] OfferKey)
{
    /// <summary>
    /// QP/1 section 5: "With lasting keys it tries mode 2 first, mode 1 only after a 403."
    /// </summary>
    public static IEnumerable<AttemptKeys> InOrder(PairingRecord record)
    {
        if (record is { Psk: { } psk, OfferKey: { } offerKey })
        {
            yield return new AttemptKeys(PairingMode.Paired, psk, offerKey);
        }

        if (record.Secret is { } secret)
        {
            yield return new AttemptKeys(
                PairingMode.Invited, KeySchedule.Psk(secret), KeySchedule.OfferKey(secret));
        }
    }

    public override string ToString() => $"AttemptKeys {{ {Mode} }}";
}
