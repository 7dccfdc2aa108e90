using QuicPair.Rtc.Sctp.Chunks;

namespace QuicPair.Rtc.Sctp.Association;

/// <summary>
/// How often one packet may ask for what costs more than its own length. Peers put one SACK, one SHUTDOWN and one
/// FORWARD TSN into a packet; each walks over all that is outstanding or held.
/// </summary>
internal struct ChunkQuota
{
    // Ours: a request, an answer, and a copy of each.
    private const int ReconfigsMax = 4;

    private int _sacks;
    private int _shutdowns;
    private int _forwards;
    private int _reconfigs;

    /// <summary>Whether one more chunk of <paramref name="type"/> is handled.</summary>
    public bool TryUse(ChunkType type) => type switch
    {
        ChunkType.Sack => _sacks++ == 0,
        ChunkType.Shutdown => _shutdowns++ == 0,
        ChunkType.ForwardTsn => _forwards++ == 0,
        ChunkType.Reconfig => _reconfigs++ < ReconfigsMax,
        _ => true,
    };
}
