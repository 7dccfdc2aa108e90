using System.Diagnostics.CodeAnalysis;

namespace QuicPair.Protocol;

/// <summary>
/// What the owner asked for when the invitation was made (QP/1 section 2); other bits are refused.
/// </summary>
[Flags]
[SuppressMessage("Naming", "CA1711", Justification = "The protocol calls this byte flags.")]
public enum LinkFlags : byte
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>Bit 0: stay in the local network; the phone ignores STUN and TURN servers.</summary>
    LocalNetworkOnly = 0x01,

    /// <summary>Bit 1: the owner accepts the six digits on the Mac before the pairing completes.</summary>
    OwnerMustConfirm = 0x02,
}
