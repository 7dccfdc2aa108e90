using System.Threading.RateLimiting;
using QuicPair.Protocol;

namespace QuicPair.Cli.Proxy.Requests;

/// <summary>
/// What a Mac does at once for this device. Whatever comes beyond it waits, first come first served; who hangs up
/// leaves the line.
/// </summary>
/// <param name="count">How many places there are.</param>
internal sealed class Places(int count) : IDisposable
{
    /// <summary>How many may wait for a place.</summary>
    public const int MaxWaiting = 64;

    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = count,
        QueueLimit = MaxWaiting,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Waits for a place; disposing it makes it free again.</summary>
    /// <exception cref="ProxyException">As many wait as may.</exception>
    public async Task<IDisposable> Take(CancellationToken cancellation)
    {
        var place = await _limiter.AcquireAsync(1, cancellation);
        if (place.IsAcquired) return place;
        place.Dispose();
        throw new ProxyException(
            503, "Too many requests wait for the Mac already; try again in a moment.", ErrorCode.Busy.WireName);
    }

    public void Dispose() => _limiter.Dispose();
}
