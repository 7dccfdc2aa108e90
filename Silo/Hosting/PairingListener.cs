using QuicPair.Grains.Interfaces;

namespace QuicPair.Silo.Hosting;

/// <summary>Asks the device's grain to look again whenever its pairing or connection changes.</summary>
internal static class PairingListener
{
    public static void Attach(MacParts mac, IGrainFactory grains)
    {
        var id = MacId.Parse(mac.Keys.MacId);
        mac.News.Listener = device => _ = Refresh(grains, new PairingKey(id, DeviceId.Parse(device)));

        // Phones outlive a silo: the grains of the one that replaces it learn who is here.
        foreach (var device in mac.Keys.All().Where(each => mac.Phones.Presence(each.Device) is not null))
        {
            mac.News.Changed(device.Device.Value);
        }
    }

    private static async Task Refresh(IGrainFactory grains, PairingKey key)
    {
        try
        {
            await Task.Yield();
            await grains.GetGrain<IPairingGrain>(key.ToString()).Refresh();
        }
        catch (Exception)
        {
            // The grain reads the truth from this Mac's files whenever it is asked; it only learns this later.
        }
    }
}
