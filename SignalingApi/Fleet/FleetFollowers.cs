namespace QuicPair.SignalingApi.Fleet;

/// <summary>How many follow the household: each holds a connection for as long as it likes.</summary>
internal sealed class FleetFollowers
{
    // Ours: an operator, his tabs, his monitoring.
    private const int Most = 32;

    private int _count;

    /// <summary>Takes a place, if there is one; <see cref="Leave"/> gives it back.</summary>
    public bool TryJoin()
    {
        if (Interlocked.Increment(ref _count) <= Most)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Gives a place back.</summary>
    public void Leave() => Interlocked.Decrement(ref _count);
}
