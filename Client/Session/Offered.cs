using QuicPair.Client.Store;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Client.Session;

/// <summary>An offer that the Mac answered.</summary>
/// <param name="Peer">The connection that begins.</param>
/// <param name="Record">The pairing with the Mac that answered.</param>
/// <param name="Keys">The keys under which the answer was authentic.</param>
/// <param name="Description">The offer, as it was posted.</param>
/// <param name="OfferNonce">16 bytes.</param>
/// <param name="AnswerNonce">16 bytes.</param>
/// <param name="Version">What the Mac chose.</param>
/// <param name="SignalingTime">From posting to answer.</param>
/// <param name="AnsweredAfter">From the connection's creation to the answer.</param>
internal sealed record Offered(
    PeerConnection Peer,
    PairingRecord Record,
    AttemptKeys Keys,
    string Description,
    byte[] OfferNonce,
    byte[] AnswerNonce,
    byte Version,
    TimeSpan SignalingTime,
    TimeSpan AnsweredAfter);
