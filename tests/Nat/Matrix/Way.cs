using QuicPair.Nat.Routers;

namespace QuicPair.Nat.Matrix;

/// <summary>Which way the packets of two sites have to take.</summary>
internal static class Way
{
    public const string Local = "Local";
    public const string Direct = "Direct";
    public const string Relay = "Relay";

    private static readonly NatKind[] Walls = [NatKind.UdpBlocked, NatKind.OnlyTls];

    // They let only the very address and port in that was sent to, which at a symmetric one nobody can know.
    private static readonly NatKind[] Strict = [NatKind.Symmetric, NatKind.PortRestricted, NatKind.DoubleNat];

    /// <summary>A relay only where there is no other way.</summary>
    public static string Between(NatKind one, NatKind other)
    {
        if (Walls.Contains(one) || Walls.Contains(other)) return Relay;
        var strict = Strict.Contains(one) && Strict.Contains(other);
        return strict && (one == NatKind.Symmetric || other == NatKind.Symmetric) ? Relay : Direct;
    }
}
