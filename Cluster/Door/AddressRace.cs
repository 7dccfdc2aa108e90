using System.Net;
using System.Net.Sockets;

namespace QuicPair.Cluster.Door;

/// <summary>Dials the addresses of one name, so that one of them that swallows everything holds nobody up.</summary>
internal static class AddressRace
{
    // RFC 8305, section 5: the Connection Attempt Delay, "One recommended value for a default delay is 250
    // milliseconds."
    private static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Dials them in their order, the next one 250 ms after the one before or as soon as one has failed. The first that
    /// connects wins, the others are closed, also those that connect later.
    /// </summary>
    /// <param name="addresses">The addresses, the best first.</param>
    /// <param name="dial">Dials one.</param>
    /// <param name="time">This machine's clock.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="SocketException">There is no address; or all failed, and this is of the last.</exception>
    public static async Task<T> Run<T>(
        IReadOnlyCollection<IPAddress> addresses,
        Func<IPAddress, CancellationToken, Task<T>> dial,
        TimeProvider time,
        CancellationToken cancellation)
        where T : class, IDisposable
    {
        if (addresses.Count == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var left = new Queue<IPAddress>(addresses);
        var underWay = new List<Task<T>>();
        try
        {
            while (true)
            {
                if (left.TryDequeue(out var address))
                {
                    underWay.Add(dial(address, end.Token));
                }

                var pause = Task.Delay(left.Count > 0 ? AttemptDelay : Timeout.InfiniteTimeSpan, time, end.Token);
                if (await Task.WhenAny(underWay.Append<Task>(pause)) is not Task<T> ended)
                {
                    await pause;
                    continue;
                }

                underWay.Remove(ended);
                if (ended.IsCompletedSuccessfully || left.Count + underWay.Count == 0)
                {
                    return await ended;
                }

                Drop(ended);
            }
        }
        finally
        {
            await end.CancelAsync();
            underWay.ForEach(Drop);
        }
    }

    private static void Drop<T>(Task<T> loser)
        where T : class, IDisposable => _ = loser.ContinueWith(
            late =>
            {
                if (late.IsCompletedSuccessfully)
                {
                    late.Result.Dispose();
                }
                else
                {
                    _ = late.Exception;
                }
            },
            TaskScheduler.Default);
}
