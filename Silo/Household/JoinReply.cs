namespace QuicPair.Silo.Household;

/// <summary>What a Mac gets that joins.</summary>
/// <param name="Certificate">Its certificate, PEM.</param>
/// <param name="Authority">The household's authority, PEM.</param>
/// <param name="ConnectionString">The household's database.</param>
/// <param name="Door">The front door's port for Macs, <c>host:port</c>, or empty.</param>
/// <param name="PublicUrl">The origin of the household's front door, or empty.</param>
internal sealed record JoinReply(
    string Certificate, string Authority, string ConnectionString, string Door, string PublicUrl)
{
    /// <summary>A <see cref="Refusal"/>: the inviting Mac does not reach the joining one.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>A <see cref="Refusal"/>: the joining Mac was expelled from the household.</summary>
    public const string Expelled = "expelled";

    /// <summary>Why it gets nothing; null when it does.</summary>
    public string? Refusal { get; init; }

    /// <summary>The household's key for statements about members, SubjectPublicKeyInfo.</summary>
    public byte[]? Root { get; init; }

    /// <summary>What that key says of the Mac that joins.</summary>
    public byte[]? Statement { get; init; }

    /// <summary>The ids of the household's Macs, here or away; who joins knows the inviting one besides.</summary>
    public IReadOnlyList<string>? Macs { get; init; }

    /// <summary>A reply that gives nothing.</summary>
    public static JoinReply Refuse(string reason) => new("", "", "", "", "") { Refusal = reason };

    /// <summary>Without the password in it.</summary>
    public override string ToString() => nameof(JoinReply);
}
