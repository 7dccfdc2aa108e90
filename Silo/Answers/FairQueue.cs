namespace QuicPair.Silo.Answers;

/// <summary>
/// What waits for the runner: one of each device in turn, the device served longest ago first. Not thread-safe.
/// </summary>
/// <param name="parallel">How many run at a time.</param>
/// <param name="device">Whose a ticket is.</param>
internal sealed class FairQueue<TTicket>(int parallel, Func<TTicket, string> device)
    where TTicket : class
{
    private readonly List<TTicket> _waiting = [];
    private readonly HashSet<TTicket> _running = [];
    private readonly Dictionary<string, long> _served = [];
    private long _turns;

    public int Running => _running.Count;

    public int Waiting => _waiting.Count;

    public void Enter(TTicket ticket) => _waiting.Add(ticket);

    /// <summary>Leaves the queue or gives the runner back.</summary>
    public void Leave(TTicket ticket)
    {
        if (!_running.Remove(ticket)) _waiting.Remove(ticket);
    }

    public bool IsWaiting(TTicket ticket) => _waiting.Contains(ticket);

    /// <summary>The next that may run, or null.</summary>
    public TTicket? Start()
    {
        if (_running.Count >= parallel || _waiting.Count == 0) return null;
        var next = Order()[0];
        _waiting.Remove(next);
        _running.Add(next);
        _served[device(next)] = ++_turns;
        return next;
    }

    /// <summary>Every waiting ticket and how many are ahead of it, those that run included.</summary>
    public IEnumerable<(TTicket Ticket, int Ahead)> Positions() =>
        Order().Select((ticket, index) => (ticket, _running.Count + index));

    private TTicket[] Order() =>
    [
        .. _waiting
            .GroupBy(device)
            .OrderBy(mine => _served.GetValueOrDefault(mine.Key))
            .SelectMany((mine, turn) => mine.Select((ticket, round) => (ticket, round, turn)))
            .OrderBy(place => place.round)
            .ThenBy(place => place.turn)
            .Select(place => place.ticket),
    ];
}
