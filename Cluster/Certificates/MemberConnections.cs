using System.Collections.Concurrent;

namespace QuicPair.Cluster.Certificates;

/// <summary>
/// What ends the open connections of a member that was expelled; to new ones its certificate leads no more.
/// </summary>
public sealed class MemberConnections
{
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _ends = new();

    /// <summary>Whether the member of this silo name was expelled, as far as this silo has heard.</summary>
    public bool IsExpelled(string name) => _ends.TryGetValue(name, out var end) && end.IsCancellationRequested;

    /// <summary>Cancelled once the member of this silo name has to go.</summary>
    internal CancellationToken EndOf(string name) => Of(name).Token;

    /// <summary>Ends a member's connections, those too that are just being made.</summary>
    internal async Task End(string name)
    {
        try
        {
            await Of(name).CancelAsync();
        }
        catch (AggregateException)
        {
            // One of them was ending already.
        }
    }

    private CancellationTokenSource Of(string name) => _ends.GetOrAdd(name, _ => new CancellationTokenSource());
}
