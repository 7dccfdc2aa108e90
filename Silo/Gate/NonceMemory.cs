namespace QuicPair.Silo.Gate;

/// <summary>
/// The nonces of devices that proved themselves: strangers get no place here. Not thread-safe.
/// </summary>
internal sealed class NonceMemory
{
    /// <summary>How many offers of a device are remembered (QP/1 section 3.1).</summary>
    public const int PerDevice = 1024;

    /// <summary>How long the answer to an offer is given again (QP/1 section 3.1).</summary>
    public static readonly TimeSpan RepeatWindow = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, List<OfferMemory>> _devices = [];

    public OfferMemory? Find(string device, ReadOnlySpan<byte> nonce)
    {
        foreach (var offer in _devices.GetValueOrDefault(device) ?? [])
        {
            if (offer.Nonce.AsSpan().SequenceEqual(nonce)) return offer;
        }

        return null;
    }

    /// <summary>Remembers an offer; false when the device has too many that could still be repeated.</summary>
    public bool TryAdd(string device, OfferMemory offer, DateTimeOffset now)
    {
        if (!_devices.TryGetValue(device, out var offers)) _devices[device] = offers = [];
        offers.RemoveAll(old => old.Until <= now);
        if (offers.Count >= PerDevice) return false;
        foreach (var old in offers.Where(old => old.Answer is not null && now - old.AnsweredAt > RepeatWindow))
        {
            old.Answer = null;
        }

        offers.Add(offer);
        return true;
    }
}
