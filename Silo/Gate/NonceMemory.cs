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

    // Ours: how often the lists of all devices are looked through.
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, List<OfferMemory>> _devices = [];
    private DateTimeOffset _sweptAt;

    /// <summary>How many devices have a place.</summary>
    public int Devices => _devices.Count;

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
        if ((now - _sweptAt).Duration() >= SweepPeriod) Sweep(now);
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

    /// <summary>Forgets a device whose keys verify nothing from here on.</summary>
    public void Forget(string device) => _devices.Remove(device);

    /// <summary>Devices that never come again leave no list, and no key in it.</summary>
    private void Sweep(DateTimeOffset now)
    {
        _sweptAt = now;
        foreach (var (device, offers) in _devices)
        {
            offers.RemoveAll(old => old.Until <= now);
            if (offers.Count == 0) _devices.Remove(device);
        }
    }
}
