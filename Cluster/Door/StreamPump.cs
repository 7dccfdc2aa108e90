using System.Buffers;
using System.Net.Sockets;

namespace QuicPair.Cluster.Door;

/// <summary>Carries bytes between two streams until one of them ends, then ends both.</summary>
internal static class StreamPump
{
    // Ours: all that is under way in one direction; who reads slowly is waited for.
    private const int BufferLength = 16 * 1024;

    public static async Task Run(Stream one, Stream other, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var there = Carry(one, other, end.Token);
        var back = Carry(other, one, end.Token);
        await Task.WhenAny(there, back);
        await end.CancelAsync();
        await Task.WhenAll(there, back);
    }

    private static async Task Carry(Stream from, Stream to, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            while (await from.ReadAsync(buffer.AsMemory(0, BufferLength), cancellation) is > 0 and var length)
            {
                await to.WriteAsync(buffer.AsMemory(0, length), cancellation);
            }
        }
        catch (Exception problem) when (problem is IOException or SocketException or OperationCanceledException
            or ObjectDisposedException or InvalidOperationException)
        {
            // One end is gone; the other learns it.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }
}
