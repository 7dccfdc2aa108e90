namespace QuicPair.Silo.Pairing;

/// <summary>The links of one invitation. They are secrets: shown to the owner, never logged.</summary>
/// <param name="Links">The best first.</param>
/// <param name="ThisNetworkOnly">Whether none works outside this network.</param>
/// <param name="Expires">When they are void.</param>
/// <param name="Device">The device that they make.</param>
internal sealed record InvitationLinks(
    IReadOnlyList<string> Links, bool ThisNetworkOnly, DateTimeOffset Expires, string Device)
{
    /// <summary>Whether none works outside this machine.</summary>
    public bool ThisMachineOnly { get; init; }

    /// <summary>Without the links.</summary>
    public override string ToString() => nameof(InvitationLinks);
}
