using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Orleans.Runtime.Messaging;
using QuicPair.Grains.Interfaces;
using QuicPair.SignalingApi.Problems;

namespace QuicPair.SignalingApi.Fleet;

/// <summary>
/// Asks a Mac something, or says at once why it cannot be asked. What the cluster rejects while it settles is
/// asked again; the nonce of the request makes that harmless.
/// </summary>
internal sealed class MacCalls(FleetView fleet, IGrainFactory grains, TimeProvider time)
{
    // Ours.
    private const int Retries = 2;
    private const int MostAtOnce = 32;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(4.5);
    private static readonly TimeSpan BetweenRetries = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<MacId, StrongBox<int>> _underWay = new();

    /// <summary>Finds the Mac of a request: the one it names, or the only one that there is.</summary>
    public (MacId Mac, Problem? Problem) Find(MacId? named)
    {
        if ((named ?? fleet.Only) is not { } mac)
        {
            return (default, fleet.IsComplete ? Problem.MacRequired : Problem.NotReady);
        }

        if (fleet.IsHere(mac))
        {
            return (mac, null);
        }

        return (mac, fleet.Knows(mac) || !fleet.IsComplete ? Problem.MacOffline : Problem.MacUnknown);
    }

    /// <summary>Asks the Mac.</summary>
    /// <param name="mac">A Mac that was found.</param>
    /// <param name="ask">The question.</param>
    /// <param name="cancellation">The phone went away.</param>
    public Task<(T? Answer, Problem? Problem)> Ask<T>(
        MacId mac,
        Func<IMacGrain, Task<T>> ask,
        CancellationToken cancellation) => Ask(mac, ask, Limit, cancellation);

    /// <summary>Asks the Mac and waits no longer than this.</summary>
    public async Task<(T? Answer, Problem? Problem)> Ask<T>(
        MacId mac,
        Func<IMacGrain, Task<T>> ask,
        TimeSpan limit,
        CancellationToken cancellation)
    {
        // A Mac that is frozen holds its own callers only.
        var under = _underWay.GetOrAdd(mac, _ => new StrongBox<int>());
        if (Interlocked.Increment(ref under.Value) > MostAtOnce)
        {
            Interlocked.Decrement(ref under.Value);
            return (default, Problem.MacOffline);
        }

        try
        {
            return await AskAgain(mac, ask, limit, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref under.Value);
        }
    }

    private async Task<(T? Answer, Problem? Problem)> AskAgain<T>(
        MacId mac,
        Func<IMacGrain, Task<T>> ask,
        TimeSpan limit,
        CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        for (var retry = 0; ; retry++)
        {
            try
            {
                var left = limit - time.GetElapsedTime(started);
                var patience = left > TimeSpan.Zero ? left : TimeSpan.Zero;
                return (await ask(grains.Mac(mac)).WaitAsync(patience, time, cancellation), null);
            }
            catch (Exception failure) when (failure is MacUnavailableException or TimeoutException)
            {
                return (default, Problem.MacOffline);
            }
            catch (Exception failure) when (IsTransient(failure))
            {
                if (retry == Retries || !fleet.IsHere(mac))
                {
                    return (default, Problem.MacOffline);
                }
            }

            await Task.Delay(BetweenRetries, time, cancellation);
        }
    }

    private static bool IsTransient(Exception failure) =>
        failure is OrleansMessageRejectionException or SiloUnavailableException or ConnectionFailedException;
}
