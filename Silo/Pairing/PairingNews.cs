namespace QuicPair.Silo.Pairing;

/// <summary>Tells the control plane that a device's pairing or connection is no longer what it was.</summary>
internal sealed class PairingNews
{
    /// <summary>Set while a silo runs; must not block.</summary>
    public Action<string>? Listener { get; set; }

    public void Changed(string device) => Listener?.Invoke(device);
}
