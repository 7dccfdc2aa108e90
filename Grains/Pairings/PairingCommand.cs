using QuicPair.Grains.Ports;

namespace QuicPair.Grains.Pairings;

/// <summary>What can happen to a pairing.</summary>
internal abstract record PairingCommand
{
    private PairingCommand()
    {
    }

    /// <summary>The key file and the peers were looked at.</summary>
    /// <param name="Standing">What the key file says; null when it does not have the device.</param>
    /// <param name="Connected">Whether the device has a live session.</param>
    public sealed record Observe(DeviceStanding? Standing, bool Connected) : PairingCommand
    {
        /// <summary>Whether it had one when they were looked at before.</summary>
        public bool WasConnected { get; init; }
    }

    /// <summary>The owner removes the device.</summary>
    public sealed record Revoke : PairingCommand;
}
