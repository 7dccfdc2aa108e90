namespace QuicPair.SignalingApi.Offers;

/// <summary>The answer to an offer (docs/protocol.md, 3.1 and 3.6).</summary>
/// <param name="V">The version of the envelope.</param>
/// <param name="Sdp">The Mac's description, exact.</param>
/// <param name="Nonce">16 bytes, base64url.</param>
/// <param name="Version">The protocol version that the Mac chose.</param>
/// <param name="Auth">16 bytes, base64url.</param>
internal sealed record OfferResponse(int V, string Sdp, string Nonce, byte Version, string Auth)
{
    /// <summary>The Mac that answers, when the phone left the choice to the front door (3.6).</summary>
    public string? Mac { get; init; }
}
