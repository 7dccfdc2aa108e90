using QuicPair.Rtc.Dtls.Messages;

namespace QuicPair.Rtc.Dtls.Handshake;

/// <summary>
/// A message of which some bytes have come. Fragments may overlap and need not be cut the same way each time
/// (RFC 6347, section 4.2.3); what has come first stays.
/// </summary>
internal sealed class PartialMessage(HandshakeType type, int length)
{
    private readonly bool[] _has = new bool[length];
    private int _missing = length;

    public HandshakeType Type => type;

    public byte[] Body { get; } = new byte[length];

    public bool IsComplete => _missing == 0;

    public void Add(int offset, ReadOnlySpan<byte> fragment)
    {
        for (var index = 0; index < fragment.Length; index++)
        {
            if (_has[offset + index]) continue;
            _has[offset + index] = true;
            Body[offset + index] = fragment[index];
            _missing--;
        }
    }
}
