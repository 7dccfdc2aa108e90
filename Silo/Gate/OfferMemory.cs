using QuicPair.Grains.Interfaces;

namespace QuicPair.Silo.Gate;

/// <summary>One offer's nonce, while its timestamp could pass again.</summary>
internal sealed class OfferMemory(byte[] nonce, byte[] auth, DateTimeOffset until)
{
    public byte[] Nonce { get; } = nonce;

    public byte[] Auth { get; } = auth;

    public DateTimeOffset Until { get; } = until;

    /// <summary>What was verified; taken once by the peer that it makes.</summary>
    public VerifiedOffer? Verified { get; set; }

    /// <summary>The answer, while its peer is unfinished.</summary>
    public AnswerEnvelope? Answer { get; set; }

    public DateTimeOffset AnsweredAt { get; set; }
}
