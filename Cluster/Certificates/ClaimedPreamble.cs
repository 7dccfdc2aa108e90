namespace QuicPair.Cluster.Certificates;

/// <summary>
/// What a silo says of itself as the first thing on a connection: the part of Orleans's preamble that is checked here.
/// The runtime's own type is internal; field ids are its wire format, and a test with real silos holds them to it.
/// </summary>
[GenerateSerializer, Alias("quicpair.ClaimedPreamble")]
internal sealed class ClaimedPreamble
{
    /// <summary>The silo that the peer says it is; null for a client.</summary>
    [Id(2)]
    public SiloAddress? SiloAddress { get; set; }
}
