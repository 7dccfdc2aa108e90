using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using QuicPair.Cluster.Placement;

namespace QuicPair.Cluster.Door;

/// <summary>
/// How this silo reaches the others: a Mac reaches the door's silo through the door, the door reaches a Mac through a
/// connection that the Mac keeps open; everybody else is dialled. What comes of it is mutual TLS between the silos
/// either way, so that nobody between them has to be believed.
/// </summary>
internal sealed class DoorConnections(IConnectionFactory direct, IServiceProvider services) : IConnectionFactory
{
    // Ours: after a Mac's own address refused, its connection to the door may still come.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // Ours: one that has left the door may still be dialled in a network that it shares with it, where that is quick.
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);

    private readonly DoorLink? _link = services.GetService<DoorLink>();
    private readonly WaitingMembers? _waiting = services.GetService<WaitingMembers>();

    public async ValueTask<ConnectionContext> ConnectAsync(
        EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var name = endpoint is IPEndPoint silo
            ? services.GetRequiredService<IClusterMembershipService>().CurrentSnapshot.FindAt(silo)
            : null;
        if (name is not null && name == _link?.DoorName)
        {
            return new StreamConnection(await _link.Dial(DoorPurpose.Silo, cancellationToken), endpoint);
        }

        if (name is null || _waiting is null)
        {
            return await direct.ConnectAsync(endpoint, cancellationToken);
        }

        if (await _waiting.TryTake(name, cancellationToken) is { } stream)
        {
            return new StreamConnection(stream, endpoint);
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var dialled = direct.ConnectAsync(endpoint, end.Token).AsTask();
        try
        {
            return await Race(_waiting, name, dialled, _waiting.Take(name, end.Token), endpoint);
        }
        finally
        {
            await end.CancelAsync();
        }
    }

    /// <summary>
    /// Dials while the member's own connection may come; the first of them is taken. One that has just gone from the
    /// door is not waited for: a network between may swallow the dial.
    /// </summary>
    /// <exception cref="SocketException">It has gone.</exception>
    internal static async Task<ConnectionContext> Race(
        WaitingMembers waiting, string name, Task<ConnectionContext> dialled, Task<Stream> coming, EndPoint endpoint)
    {
        var gone = waiting.Gone(name);
        var first = await Task.WhenAny(dialled, coming, gone);
        if (first == gone)
        {
            await Task.WhenAny(dialled, coming, Task.Delay(Glance));
        }
        else if (first == dialled && !dialled.IsCompletedSuccessfully && waiting.MayCome(name))
        {
            await Task.WhenAny(coming, gone, Task.Delay(Patience));
        }

        if (coming.IsCompletedSuccessfully)
        {
            Drop(dialled);
            return new StreamConnection(await coming, endpoint);
        }

        Drop(coming);
        if (first == gone && !dialled.IsCompleted)
        {
            Drop(dialled);
            throw new SocketException((int)SocketError.HostDown);
        }

        return await dialled;
    }

    /// <summary>What lost the race ends, also when it comes later.</summary>
    private static void Drop<T>(Task<T> loser)
        where T : IAsyncDisposable => _ = loser.ContinueWith(
            late => late.IsCompletedSuccessfully
                ? late.Result.DisposeAsync().AsTask()
                : Task.FromResult(late.Exception),
            TaskScheduler.Default);
}
