namespace QuicPair.Client.Recovery;

/// <summary>
/// Chats that nobody waits for any more, at Macs that could not be told: each keeps a place in its Mac's queue. A Mac
/// is told in the next session that there is with it, and in each one after that until a word of the Mac behind it has
/// come back. One of several Macs is also looked for, beside everything else and as long as a lost session would be.
/// What is not told by then ends by the Mac's own bounds (QP/1 section 7): with the answer, or after 10 min without a
/// connection.
/// </summary>
internal sealed class LateCancels(MacConnectionOptions options) : IAsyncDisposable
{
    // The Mac runs at most 8 chats of a device; more cannot wait to be cancelled.
    private const int MaxWaiting = 8;

    private readonly Lock _gate = new();

    // Nobody disposes it: it has no timer.
    private readonly CancellationTokenSource _end = new();
    private readonly List<(string Mac, string Chat)> _waiting = [];

    // By the Mac's id. Nobody disposes them: they have no timer, and their end may come late.
    private readonly Dictionary<string, CancellationTokenSource> _searches = [];
    private Task _searching = Task.CompletedTask;
    private Task _telling = Task.CompletedTask;
    private bool _isDisposed;

    /// <summary>Remembers a chat for the Mac of a session that is over, and looks for that Mac.</summary>
    public void Add(PairedMac lost, string chat)
    {
        var mac = lost.Pairing.MacId;
        lock (_gate)
        {
            if (_isDisposed) return;
            Remember(mac, chat);
            if (lost.SameMac is not { } connect || _searches.ContainsKey(mac)) return;
            var search = _searches[mac] = new CancellationTokenSource();
            _searching = Task.WhenAll(_searching, Search(mac, connect, search));
        }
    }

    /// <summary>Says to the Mac of a live session what it is to stop; it is not looked for any more.</summary>
    public void Tell(PairedMac live)
    {
        lock (_gate)
        {
            // A second session would take the place of this one.
            if (_searches.Remove(live.Pairing.MacId, out var search)) _ = search.CancelAsync();
            var said = Say(live);
            if (_isDisposed || said.Count == 0) return;
            _telling = Task.WhenAll(_telling, SeeToIt(live, said));
        }
    }

    /// <summary>The same, with one chat more.</summary>
    public void Tell(PairedMac live, string chat)
    {
        lock (_gate) Remember(live.Pairing.MacId, chat);
        Tell(live);
    }

    /// <summary>Stops no chat of that name any more.</summary>
    public void Forget(string chat)
    {
        lock (_gate) _waiting.RemoveAll(waiting => waiting.Chat == chat);
    }

    /// <summary>Ends the search; who was not found is not told, and nobody is waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        Task working;
        lock (_gate)
        {
            _isDisposed = true;
            foreach (var search in _searches.Values) _ = search.CancelAsync();
            working = Task.WhenAll(_searching, _telling);
        }

        await _end.CancelAsync();
        await working;
    }

    // Needs the gate.
    private void Remember(string mac, string chat)
    {
        if (_waiting.Contains((mac, chat))) return;
        if (_waiting.Count == MaxWaiting) _waiting.RemoveAt(0);
        _waiting.Add((mac, chat));
    }

    /// <summary>Gives what was said. Needs the gate.</summary>
    private List<(string Mac, string Chat)> Say(PairedMac live)
    {
        var said = _waiting.FindAll(waiting => waiting.Mac == live.Pairing.MacId);
        foreach (var (_, chat) in said) live.Cancel(chat);
        return said;
    }

    private async Task SeeToIt(PairedMac live, List<(string Mac, string Chat)> said)
    {
        try
        {
            await Confirm(live, said, _end.Token);
        }
        catch (Exception)
        {
            // Nobody waits for it. In the next session with this Mac it is said again.
        }
    }

    // The channel keeps the order: what was said before a ping has arrived when its pong is here.
    private async Task Confirm(
        PairedMac live, List<(string Mac, string Chat)> said, CancellationToken cancellation)
    {
        try
        {
            await live.Ping(cancellation);
        }
        catch (AnswerException)
        {
            // A no is a word, too.
        }

        lock (_gate) _waiting.RemoveAll(said.Contains);
    }

    private async Task Search(
        string mac, Func<CancellationToken, Task<PairedMac>> connect, CancellationTokenSource search)
    {
        // Whoever adds a chat waits for nothing of this.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var pace = new RecoveryPace(options);
        try
        {
            while (!await TryTell(mac, connect, pace, search))
            {
                await pace.Wait(untilMove: false, search.Token);
            }
        }
        catch (Exception)
        {
            // Nobody waits for it. With the next session that there is with this Mac it is said.
        }

        lock (_gate) EndSearch(mac, search);
    }

    // Needs the gate. There may be another one of the same Mac meanwhile.
    private void EndSearch(string mac, CancellationTokenSource search)
    {
        if (_searches.GetValueOrDefault(mac) == search) _searches.Remove(mac);
    }

    /// <summary>False when the Mac may be back in a moment.</summary>
    private async Task<bool> TryTell(
        string mac,
        Func<CancellationToken, Task<PairedMac>> connect,
        RecoveryPace pace,
        CancellationTokenSource search)
    {
        try
        {
            await using var session = await connect(search.Token);
            while (true)
            {
                List<(string Mac, string Chat)> said;
                lock (_gate)
                {
                    said = Say(session);
                    if (said.Count == 0)
                    {
                        // Whoever adds a chat from here on begins another search.
                        EndSearch(mac, search);
                        return true;
                    }
                }

                await Confirm(session, said, search.Token);
            }
        }
        catch (ConnectException failure) when (failure.Reason == ConnectFailure.Elsewhere)
        {
            await pace.GiveWay(search.Token);
            return false;
        }
        catch (ConnectException failure) when (failure.IsPassing && !pace.IsOver)
        {
            return false;
        }
    }
}
