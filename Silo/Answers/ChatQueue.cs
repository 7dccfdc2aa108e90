namespace QuicPair.Silo.Answers;

/// <summary>
/// Chats that wait for the runner: one of each device in turn, the device served longest ago first. Not
/// thread-safe.
/// </summary>
internal sealed class ChatQueue(int parallel)
{
    private readonly List<ChatTicket> _waiting = [];
    private readonly HashSet<ChatTicket> _running = [];
    private readonly Dictionary<string, long> _served = [];
    private long _turns;

    public int Running => _running.Count;

    public int Waiting => _waiting.Count;

    public void Enter(ChatTicket ticket) => _waiting.Add(ticket);

    /// <summary>Leaves the queue or gives the runner back.</summary>
    public void Leave(ChatTicket ticket)
    {
        if (!_running.Remove(ticket)) _waiting.Remove(ticket);
    }

    public bool IsWaiting(ChatTicket ticket) => _waiting.Contains(ticket);

    /// <summary>The next chat that may run, or null.</summary>
    public ChatTicket? Start()
    {
        if (_running.Count >= parallel || _waiting.Count == 0) return null;
        var next = Order()[0];
        _waiting.Remove(next);
        _running.Add(next);
        _served[next.Answer.Device] = ++_turns;
        return next;
    }

    /// <summary>Every waiting chat and how many are ahead of it, those that run included.</summary>
    public IEnumerable<(ChatTicket Ticket, int Ahead)> Positions() =>
        Order().Select((ticket, index) => (ticket, _running.Count + index));

    private ChatTicket[] Order() =>
    [
        .. _waiting
            .GroupBy(ticket => ticket.Answer.Device)
            .OrderBy(device => _served.GetValueOrDefault(device.Key))
            .SelectMany((device, turn) => device.Select((ticket, round) => (ticket, round, turn)))
            .OrderBy(place => place.round)
            .ThenBy(place => place.turn)
            .Select(place => place.ticket),
    ];
}
