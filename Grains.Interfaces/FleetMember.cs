namespace QuicPair.Grains.Interfaces;

/// <summary>A Mac that a front door has seen.</summary>
/// <param name="Mac">Its id.</param>
/// <param name="Name">Its name for people; empty when it never told one.</param>
/// <param name="FirstSeen">When it was here first.</param>
/// <param name="LastSeen">When it was here last; noted as it comes and leaves, and each hour between.</param>
[GenerateSerializer, Immutable, Alias("quicpair.FleetMember")]
public sealed record FleetMember(
    [property: Id(0)] MacId Mac,
    [property: Id(1)] string Name,
    [property: Id(2)] DateTimeOffset FirstSeen,
    [property: Id(3)] DateTimeOffset LastSeen);
