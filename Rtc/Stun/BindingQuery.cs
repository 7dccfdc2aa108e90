using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Stun;

/// <summary>
/// Asks one STUN server again and again which address it sees (RFC 8489, section 6; RFC 8445, section 5.1.1.2). The
/// repeated question also keeps the mapping of a NAT alive. Whoever is not that server, or does not know the
/// transaction, is not heard.
/// </summary>
public sealed class BindingQuery
{
    // From the RFCs.

    // RFC 8489, 6.2.1: Rc, "the number of requests", has "a default of 7".
    private const int MaximumRequests = 7;

    // Ours.

    // RFC 8489 has 500 ms; a candidate that comes later is worth less than a request that is sent twice.
    private static readonly TimeSpan FirstRepeat = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRepeat = TimeSpan.FromMilliseconds(3_200);

    // Without a way to the server nothing is lost by looking often: a system tells of an address a moment before it
    // has a route.
    private const int MaximumUnsent = 12;
    private static readonly TimeSpan FirstTry = TimeSpan.FromMilliseconds(20);

    // Below the 30 s after which the most impatient NATs forget a mapping.
    private static readonly TimeSpan RefreshAfter = TimeSpan.FromSeconds(25);

    // A server that does not answer may be reachable later.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(60);

    private readonly IEntropy _entropy;
    private TransactionId _id;
    private int _requests;
    private int _unsent;

    /// <param name="server">Where the server listens.</param>
    /// <param name="entropy">For transaction ids.</param>
    public BindingQuery(TransportAddress server, IEntropy entropy) => (Server, _entropy) = (server, entropy);

    /// <summary>Where the server listens.</summary>
    public TransportAddress Server { get; }

    /// <summary>Our address as the server saw it last; null before, and when it does not answer any more.</summary>
    public TransportAddress? Mapped { get; private set; }

    /// <summary>Whether there is nothing to wait for: it answered, or it is taken for dead.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>When <see cref="TryTransmit"/> has something to send.</summary>
    public Instant NextTimeout { get; private set; }

    /// <summary>
    /// Asks at once: the network has changed. What was known stays until there is an answer or no hope of one.
    /// </summary>
    public void Restart(Instant now)
    {
        (_requests, _unsent, NextTimeout, IsSettled) = (0, 0, now, false);
    }

    /// <summary>The request that was written last could not leave; it is written again soon.</summary>
    public void Unsent(Instant now)
    {
        if (_requests == 0) return;
        if (++_unsent >= MaximumUnsent)
        {
            GiveUp(now);
            return;
        }

        _requests--;
        var wait = FirstTry * (1 << Math.Min(_unsent - 1, MaximumUnsent));
        NextTimeout = now + (wait < LongestRepeat ? wait : LongestRepeat);
    }

    /// <summary>Writes the request that is due; false when there is none.</summary>
    /// <param name="now">The time.</param>
    /// <param name="destination">At least 32 bytes.</param>
    /// <param name="length">Bytes written.</param>
    public bool TryTransmit(Instant now, Span<byte> destination, out int length)
    {
        length = 0;
        if (now < NextTimeout) return false;
        if (_requests == MaximumRequests)
        {
            GiveUp(now);
            return false;
        }

        if (_requests == 0) _id = TransactionId.Create(_entropy);
        var wait = FirstRepeat * (1 << _requests++);
        NextTimeout = now + (wait < LongestRepeat ? wait : LongestRepeat);
        var writer = new StunMessageWriter(destination, new(StunClass.Request, StunMethod.Binding, _id));
        length = writer.Complete([]);
        return length > 0;
    }

    /// <summary>Takes a datagram of the server; false when it is no answer to the question that is open.</summary>
    /// <param name="now">The time.</param>
    /// <param name="sender">Where it came from.</param>
    /// <param name="datagram">The payload of UDP.</param>
    public bool TryHandle(Instant now, TransportAddress sender, ReadOnlySpan<byte> datagram)
    {
        if (sender != Server || _requests == 0 || !StunMessage.TryParse(datagram, out var message)) return false;
        if (message.Header.TransactionId != _id || message.Header.Method != StunMethod.Binding) return false;
        switch (message.Header.Class)
        {
            case StunClass.SuccessResponse when message.MappedAddress is { } mapped && IsPlausible(mapped):
                (Mapped, IsSettled, _requests, _unsent) = (mapped, true, 0, 0);
                NextTimeout = now + RefreshAfter;
                return true;
            case StunClass.ErrorResponse:
                GiveUp(now);
                return true;
            default:
                return false;
        }
    }

    private void GiveUp(Instant now)
    {
        (Mapped, IsSettled, _requests, _unsent) = (null, true, 0, 0);
        NextTimeout = now + RetryAfter;
    }

    private bool IsPlausible(TransportAddress mapped) =>
        !mapped.IsUnusable && mapped.IsIPv4 == Server.IsIPv4 && (!mapped.IsLoopback || Server.IsLoopback);
}
