namespace QuicPair.Silo.Household;

/// <summary>What a Mac that joins asks, sealed for the inviting Mac.</summary>
/// <param name="Secret">The invitation's secret.</param>
/// <param name="PublicKey">The key of the certificate that it wants, SubjectPublicKeyInfo.</param>
internal sealed record JoinRequest(byte[] Secret, byte[] PublicKey)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => nameof(JoinRequest);
}
