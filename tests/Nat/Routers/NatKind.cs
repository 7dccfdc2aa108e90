namespace QuicPair.Nat.Routers;

/// <summary>What stands between a machine and the internet.</summary>
public enum NatKind
{
    /// <summary>Nothing: the machine has a public address.</summary>
    Open,

    /// <summary>One outside port for each inside port; anybody may send to it.</summary>
    FullCone,

    /// <summary>One outside port; only addresses that were sent to may send to it.</summary>
    AddressRestricted,

    /// <summary>One outside port; only the very address and port that were sent to may send to it.</summary>
    PortRestricted,

    /// <summary>Another random outside port for each destination.</summary>
    Symmetric,

    /// <summary>A port-restricted router behind a carrier's address-restricted one.</summary>
    DoubleNat,

    /// <summary>Port-restricted, and UDP goes to the TURN server's port only.</summary>
    UdpBlocked,

    /// <summary>TCP to port 443 of the TURN server, and nothing else.</summary>
    OnlyTls,
}
