using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Interfaces.Household;

namespace QuicPair.Grains.Ports;

/// <summary>
/// Devices that come to this Mac on another Mac's word (docs/protocol.md, 5.1). The keys never leave the
/// implementation.
/// </summary>
public interface IVouchers
{
    /// <summary>How this Mac introduces itself.</summary>
    MacIntroduction Introduce();

    /// <summary>Opens a voucher, checks it and stores its device durably, pending. False when it is refused.</summary>
    /// <param name="from">The Mac that is said to vouch.</param>
    /// <param name="voucher">The sealed message, of any length and content.</param>
    bool Admit(MacId from, ReadOnlySpan<byte> voucher);

    /// <summary>Removes the devices of a pairing durably and closes their sessions.</summary>
    Task Revoke(PairingKey origin);
}
