namespace QuicPair.Rtc.Dtls;

/// <summary>
/// Which record numbers have been seen (RFC 6347, section 4.1.2.6), as a ring of bits (RFC 6479), so that
/// moving the window forward never shifts it.
/// </summary>
internal sealed class ReplayWindow
{
    private const int BlockBits = 64;

    // Ours: wide enough for a burst that overtakes another one; the RFC's minimum is 32 and its preference
    // 64.
    private const int Blocks = 16;
    private const int Window = (Blocks - 1) * BlockBits;

    private readonly ulong[] _blocks = new ulong[Blocks];
    private ulong _highest;
    private bool _isEmpty = true;

    /// <summary>Whether <paramref name="sequence"/> is neither seen nor too old to know.</summary>
    public bool IsFresh(ulong sequence)
    {
        if (_isEmpty || sequence > _highest) return true;
        if (_highest - sequence >= Window) return false;
        return (_blocks[sequence / BlockBits % Blocks] & Bit(sequence)) == 0;
    }

    /// <summary>Notes an authenticated <paramref name="sequence"/> that was fresh.</summary>
    public void Mark(ulong sequence)
    {
        if (_isEmpty || sequence > _highest)
        {
            var from = _isEmpty ? 0 : (_highest / BlockBits) + 1;
            var to = sequence / BlockBits;
            if (to >= from + Blocks) from = to - Blocks + 1;
            for (var block = from; block <= to; block++) _blocks[block % Blocks] = 0;
            _highest = sequence;
            _isEmpty = false;
        }

        _blocks[sequence / BlockBits % Blocks] |= Bit(sequence);
    }

    private static ulong Bit(ulong sequence) => 1ul << (int)(sequence % BlockBits);
}
