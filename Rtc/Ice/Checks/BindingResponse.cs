using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Ice.Checks;

/// <summary>An answer to a check of the peer that waits to be written.</summary>
/// <param name="Id">The transaction of the check.</param>
/// <param name="Path">Where the check came in; the answer goes back the same way.</param>
/// <param name="Error">None for success.</param>
/// <param name="UnknownAttribute">The attribute that was not understood, with 420.</param>
internal readonly record struct BindingResponse(
    TransactionId Id, NetworkPath Path, StunErrorCode Error, ushort UnknownAttribute);
