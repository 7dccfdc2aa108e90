namespace QuicPair.Client.Signaling;

/// <summary>
/// The clock that a front door and its Macs go by, as far as this device knows it (QP/1 section 3.4). What a refusal
/// tells is kept once a request with it was answered: the refusal may have had another reason, and the clock that it
/// tells may be wrong itself. What has become wrong is learned anew. Safe for use by many at once.
/// </summary>
internal sealed class SignalingClock(TimeProvider clock)
{
    // QP/1 section 3.4: "A phone whose clock is off by more than 240 s retries once with ts corrected by now."
    private const long ToleratedSkew = 240;

    // QP/1 section 1: "numbers are plain digits 0 … 2^53−1".
    private const long MaxTime = (1L << 53) - 1;

    private long _correction;

    private long Ours => clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Asks, and once more when a refusal tells a time that is far from that of the request.</summary>
    /// <param name="ask">Makes a request of this Unix second, under a nonce of its own, and sends it.</param>
    /// <returns>The answer; null when there is none.</returns>
    public async Task<T?> Ask<T>(Func<long, Task<SignalingReply<T>>> ask)
        where T : class
    {
        var ts = Ours + Volatile.Read(ref _correction);
        var reply = await ask(ts);

        // Against what this request said: what is known by then may be another one's, refused at the same moment.
        if (reply.Answer is not null || reply.Now is not { } told || !IsFar(told, ts))
        {
            return reply.Answer;
        }

        var correction = told - Ours;
        reply = await ask(Ours + correction);
        if (reply.Answer is not null)
        {
            Volatile.Write(ref _correction, correction);
        }

        return reply.Answer;
    }

    private static bool IsFar(long told, long ts) =>
        told is >= 0 and <= MaxTime && Math.Abs(told - ts) > ToleratedSkew;
}
