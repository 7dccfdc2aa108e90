using System.Collections.Concurrent;
using System.Threading.Channels;

namespace QuicPair.Cluster.Door;

/// <summary>
/// Connections that members keep open to the door, so that its silo reaches theirs without dialling into their network.
/// </summary>
internal sealed class WaitingMembers(TimeProvider time)
{
    // Ours. A door that has just begun is found by its members within this time.
    private static readonly TimeSpan Beginning = TimeSpan.FromSeconds(15);

    // A member of which nobody has seen anything, or nothing for long, has not just gone.
    private static readonly Task Never = new TaskCompletionSource().Task;

    private readonly ConcurrentDictionary<string, Channel<WaitingConnection>> _waiting = new();
    private readonly ConcurrentDictionary<string, Attendance> _seen = new();
    private readonly long _begun = time.GetTimestamp();

    /// <summary>Keeps a member's connection until it has served or broken.</summary>
    /// <param name="name">The name in the member's certificate.</param>
    /// <param name="stream">The connection.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task Keep(string name, Stream stream, CancellationToken cancellation)
    {
        var connection = new WaitingConnection(stream, cancellation);
        var channel = Of(name);
        var attendance = _seen.GetOrAdd(name, _ => new Attendance(time));
        attendance.Enter();
        channel.Writer.TryWrite(connection);
        await connection.Left;
        attendance.Leave();
        await connection.Ended;
        DropEnded(channel);
    }

    /// <summary>How many connections of a member wait.</summary>
    internal int CountOf(string name) => Of(name).Reader.Count;

    /// <summary>Whether a member without a waiting connection may have one in a moment.</summary>
    public bool MayCome(string name) => _seen.TryGetValue(name, out var attendance)
        ? !attendance.Gone.IsCompleted
        : time.GetElapsedTime(_begun) < Beginning;

    /// <summary>
    /// Completes as soon as a member that had connections here has had none for so long that it cannot be alive or
    /// cannot reach this door; never, once that is two minutes ago: it may be reached without the door. To be asked for
    /// anew each time: one that is back has not gone.
    /// </summary>
    public Task Gone(string name) =>
        _seen.TryGetValue(name, out var attendance) && !attendance.IsLongGone ? attendance.Gone : Never;

    /// <summary>A connection to a member at once, or null.</summary>
    public async ValueTask<Stream?> TryTake(string name, CancellationToken cancellation)
    {
        while (_waiting.TryGetValue(name, out var channel) && channel.Reader.TryRead(out var connection))
        {
            if (await connection.Wake(cancellation) is { } stream)
            {
                return stream;
            }
        }

        return null;
    }

    /// <summary>A connection to a member, as soon as there is one.</summary>
    public async Task<Stream> Take(string name, CancellationToken cancellation)
    {
        while (true)
        {
            var connection = await Of(name).Reader.ReadAsync(cancellation);
            if (await connection.Wake(cancellation) is { } stream)
            {
                return stream;
            }
        }
    }

    /// <summary>Nobody may ever ask for those that broke; the others wait on in their order.</summary>
    private static void DropEnded(Channel<WaitingConnection> channel)
    {
        for (var left = channel.Reader.Count; left > 0 && channel.Reader.TryRead(out var connection); left--)
        {
            if (!connection.Ended.IsCompleted)
            {
                channel.Writer.TryWrite(connection);
            }
        }
    }

    private Channel<WaitingConnection> Of(string name) =>
        _waiting.GetOrAdd(name, _ => Channel.CreateUnbounded<WaitingConnection>());
}
