using System.Net;

namespace QuicPair.Silo.Runners;

/// <summary>How runners are reached: straight, without proxy, redirect or cookie.</summary>
internal static class RunnerNetwork
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    public static SocketsHttpHandler Open() => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5),
        AutomaticDecompression = DecompressionMethods.None,
    };
}
