using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using QuicPair.SignalingApi.Problems;

namespace QuicPair.SignalingApi.Limits;

/// <summary>
/// Limits signaling per address and in all. Addresses share a fixed number of buckets, so that whoever owns
/// many addresses cannot make the limiter itself grow.
/// </summary>
internal static class SignalingLimiter
{
    private const int Buckets = 4096;
    private static readonly PathString Signaling = "/signaling";

    public static void Apply(RateLimiterOptions limiter, LimitOptions limits)
    {
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.OnRejected = (context, _) => new ValueTask(Reject(context));
        limiter.GlobalLimiter = PartitionedRateLimiter.CreateChained(PerAddress(limits), InAll(limits));
    }

    private static PartitionedRateLimiter<HttpContext> PerAddress(LimitOptions limits) =>
        PartitionedRateLimiter.Create<HttpContext, int>(http => IsLimited(http)
            ? RateLimitPartition.GetTokenBucketLimiter(Bucket(http.Connection.RemoteIpAddress), _ => new()
            {
                TokenLimit = limits.Burst,
                TokensPerPeriod = limits.PerSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = 0,
            })
            : RateLimitPartition.GetNoLimiter(-1));

    private static PartitionedRateLimiter<HttpContext> InAll(LimitOptions limits) =>
        PartitionedRateLimiter.Create<HttpContext, int>(http => IsLimited(http)
            ? RateLimitPartition.GetConcurrencyLimiter(0, _ => new()
            {
                PermitLimit = limits.Concurrent,
                QueueLimit = 0,
            })
            : RateLimitPartition.GetNoLimiter(-1));

    private static bool IsLimited(HttpContext http) => http.Request.Path.StartsWithSegments(Signaling);

    private static int Bucket(IPAddress? address)
    {
        if (address is null)
        {
            return 0;
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);

        // One subscriber line usually has a whole IPv6 /64. HashCode is seeded per process.
        var hash = new HashCode();
        hash.AddBytes(address.AddressFamily == AddressFamily.InterNetworkV6 ? bytes[..8] : bytes[..length]);
        return (int)((uint)hash.ToHashCode() % Buckets);
    }

    private static Task Reject(OnRejectedContext context)
    {
        var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var told) ? told : TimeSpan.Zero;
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        context.HttpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return Problem.Rate.ExecuteAsync(context.HttpContext);
    }
}
