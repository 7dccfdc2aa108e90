namespace QuicPair.Rtc.Sockets.Tests.Dtls;

/// <summary>
/// One way of a path that does harm to every second one of the first datagrams of a handshake, and is clean then.
/// </summary>
/// <param name="loses">Whether the datagram is lost; else the next one overtakes it.</param>
/// <param name="sparesFirst">Whether the first datagram of all arrives as it is.</param>
internal sealed class RoughPath(bool loses, bool sparesFirst)
{
    private const byte ApplicationData = 23;

    // Four of them meet with harm: enough for each flight, and not so many that timers of seconds add up to minutes.
    private const int Rough = 8;

    private int _next = sparesFirst ? -1 : 0;
    private byte[]? _overtaken;

    /// <summary>What was harmed so far.</summary>
    public int Harmed { get; private set; }

    /// <summary>What arrives when this is sent. Application data always does, as nobody would repeat it.</summary>
    public byte[][] Pass(byte[] datagram)
    {
        if (_next >= Rough || datagram is [ApplicationData, ..]) return [datagram];
        if (_next++ % 2 == 0)
        {
            Harmed++;
            _overtaken = loses ? null : datagram;
            return [];
        }

        if (_overtaken is not { } late) return [datagram];
        _overtaken = null;
        return [datagram, late];
    }
}
