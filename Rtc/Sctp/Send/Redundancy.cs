using QuicPair.Rtc.Sctp.Chunks;

namespace QuicPair.Rtc.Sctp.Send;

/// <summary>
/// Repeats the latest small unacknowledged chunks in the packets of a thin stream, such as a model's tokens:
/// a lost one then arrives with the next, a round trip before it could be found missing. Receivers ignore
/// duplicate TSNs (RFC 9260 section 6.2). On a path that loses nothing it repeats nothing. Copies count neither
/// as transmissions nor as flight: they ride in packets that go out anyway.
/// </summary>
internal sealed class Redundancy(OutstandingData outstanding, PathCongestion path)
{
    // Ours: two copies make three losses in a row the first that delays anything.
    private const int CopiesMax = 2;
    private const int PayloadLengthMax = 600;

    // Ours: more packets on the way are no thin stream, and loss detection by later arrivals is as fast for
    // them.
    private const int PacketsInFlightMax = 24;

    /// <summary>
    /// Appends copies of chunks before <paramref name="firstNew"/> as far as the packet has room.
    /// </summary>
    public void Write(ref PacketWriter writer, Tsn firstNew)
    {
        if (!path.IsLossy || outstanding.LostCount > 0 || outstanding.InFlightCount > PacketsInFlightMax)
        {
            return;
        }

        var copies = 0;
        for (var tsn = firstNew.Previous; tsn >= outstanding.First && copies < CopiesMax; tsn = tsn.Previous)
        {
            ref var chunk = ref outstanding[tsn];
            if (chunk.State != ChunkState.InFlight)
            {
                continue;
            }

            if (chunk.PayloadLength > PayloadLengthMax
                || !writer.TryReserve(DataChunk.HeaderLength + chunk.PayloadLength, out var destination))
            {
                return;
            }

            chunk.Write(destination, tsn);
            chunk.Copies++;
            copies++;
        }
    }
}
