using QuicPair.Silo.Gate;

namespace QuicPair.Silo.Phones;

/// <summary>What a handshake is bound to: the verified offer, both nonces, both certificates.</summary>
internal sealed record HandshakeTerms
{
    public required VerifiedOffer Offer { get; init; }

    public required byte[] OfferNonce { get; init; }

    public required byte[] AnswerNonce { get; init; }

    public required byte[] Versions { get; init; }

    /// <summary>DER, as DTLS showed it.</summary>
    public required ReadOnlyMemory<byte> PhoneCertificate { get; init; }

    /// <summary>DER.</summary>
    public required ReadOnlyMemory<byte> MacCertificate { get; init; }

    public byte[] Prologue() => Protocol.Handshake.Prologue.Write(
        Offer.Mode, PhoneCertificate.Span, MacCertificate.Span, OfferNonce, AnswerNonce, Versions,
        Offer.ChosenVersion);

    /// <summary>Without nonces and keys.</summary>
    public override string ToString() => $"HandshakeTerms {{ {Offer} }}";
}
