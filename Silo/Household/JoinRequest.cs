namespace QuicPair.Silo.Household;

/// <summary>What a Mac that joins asks, sealed for the inviting Mac.</summary>
/// <param name="Secret">The invitation's secret.</param>
/// <param name="PublicKey">The key of the certificate that it wants, SubjectPublicKeyInfo.</param>
internal sealed record JoinRequest(byte[] Secret, byte[] PublicKey)
{
    /// <summary>Where its silo will be for the others, <c>address:port</c>; null when nobody has to try.</summary>
    public string? At { get; init; }

    /// <summary>What whoever connects there reads while it joins; null when <see cref="At"/> is.</summary>
    public byte[]? Token { get; init; }

    /// <summary>Without the secret.</summary>
    public override string ToString() => nameof(JoinRequest);
}
