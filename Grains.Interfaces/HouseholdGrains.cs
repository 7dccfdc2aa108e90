namespace QuicPair.Grains.Interfaces;

/// <summary>Finds grains by their typed keys.</summary>
public static class HouseholdGrains
{
    /// <summary>The grain of a device's pairing.</summary>
    public static IPairingGrain Pairing(this IGrainFactory grains, PairingKey key)
    {
        ArgumentNullException.ThrowIfNull(grains);
        return grains.GetGrain<IPairingGrain>(key.ToString());
    }

    /// <summary>The grain of a Mac.</summary>
    public static IMacGrain Mac(this IGrainFactory grains, MacId mac)
    {
        ArgumentNullException.ThrowIfNull(grains);
        return grains.GetGrain<IMacGrain>(mac.ToString());
    }

    /// <summary>The grain of the Macs that a front door has seen.</summary>
    /// <param name="grains">The factory.</param>
    /// <param name="frontDoor">The silo name of the front door.</param>
    public static IFleetGrain Fleet(this IGrainFactory grains, string frontDoor)
    {
        ArgumentNullException.ThrowIfNull(grains);
        return grains.GetGrain<IFleetGrain>(frontDoor);
    }
}
