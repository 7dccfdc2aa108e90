using System.Collections.Concurrent;

namespace QuicPair.Cluster.Certificates;

/// <summary>
/// What ends the open connections of a member that was expelled; to new ones its certificate leads no more.
/// </summary>
internal sealed class MemberConnections
{
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _ends = new();

    /// <summary>Cancelled once the member of this silo name has to go.</summary>
    public CancellationToken EndOf(string name) => Of(name).Token;

    /// <summary>Ends a member's connections, those too that are just being made.</summary>
    public async Task End(string name)
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
