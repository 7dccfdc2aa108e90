namespace QuicPair.Rtc.Dtls;

/// <summary>
/// Records that arrived before they could be used: whole flights before the handshake has started,
/// application data before it has ended. Dropping them costs the peer a retransmission timer, which many
/// stacks set to a second. At most <see cref="Capacity"/> are kept, oldest first.
/// </summary>
internal sealed class EarlyRecords
{
    // Ours: a flight has at most five datagrams, and SCTP repeats what does not fit.
    private const int Capacity = 8;

    private readonly Queue<byte[]> _records = new(Capacity);

    /// <summary>Keeps a copy of <paramref name="records"/>; false when there is no room.</summary>
    public bool TryKeep(ReadOnlySpan<byte> records)
    {
        if (_records.Count >= Capacity) return false;
        _records.Enqueue(records.ToArray());
        return true;
    }

    /// <summary>Takes the oldest.</summary>
    public bool TryTake(out byte[] records)
    {
        var taken = _records.TryDequeue(out var oldest);
        records = oldest ?? [];
        return taken;
    }
}
