using QuicPair.Client.Store;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Client.Session;

/// <summary>
/// Keeps the way of one session (QP/1 section 3.5): when the path falls silent, the network of this device changes or
/// the Mac asks for it, ICE is restarted under the same DTLS, SCTP and Noise, until there is a path: an answer is none.
/// What a restart cannot mend ends the session, and a new connection follows.
/// </summary>
internal sealed class PathKeeper : IDisposable
{
    // Ours.
    private static readonly TimeSpan GatherPatience = TimeSpan.FromMilliseconds(150);
    // A request may be lost with the network that it left by; the next one goes over a new connection. At a place
    // where the first offer took long, this one may.
    private static readonly TimeSpan AttemptPatience = TimeSpan.FromSeconds(1);
    private const int SignalingTimes = 4;
    // A system tells of an address a moment before it has a route; what cannot leave costs nothing.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    // The front door says within this time that a Mac is away, whatever became of it.
    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(5);

    // Checks of both ends have met by then, or there is no way between the addresses that were told.
    private static readonly TimeSpan PathPatience = TimeSpan.FromSeconds(12);

    // Ours: the lifetime of consent and one more look; after that a new connection tells more than another restart.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);

    private readonly Offered _offered;
    private readonly PairingRecord _record;
    private readonly IceExchange _ice;
    private readonly RtcHost _rtc;
    private readonly Func<OfferExchange> _exchange;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _pathNews = new(0);
    private readonly ITimer _refresh;
    private volatile bool _isSilent;
    private volatile bool _isAway;
    private bool _isRunning;
    private bool _isAskedAgain;
    private bool _isLost;
    private CancellationTokenSource? _turn;
    private LateCandidates? _late;

    /// <param name="offered">How the session began.</param>
    /// <param name="record">The pairing, with lasting keys.</param>
    /// <param name="ice">Where servers are learned.</param>
    /// <param name="rtc">The host of the connection.</param>
    /// <param name="exchange">Makes what carries offers.</param>
    /// <param name="clock">For pauses between attempts.</param>
    public PathKeeper(
        Offered offered,
        PairingRecord record,
        IceExchange ice,
        RtcHost rtc,
        Func<OfferExchange> exchange,
        TimeProvider clock)
    {
        (_offered, _record, _ice, _rtc) = (offered, record, ice, rtc);
        (_exchange, _clock) = (exchange, clock);
        offered.Peer.OnPathHealth = HealthChanged;
        rtc.NetworkChanged += NetworkChanged;
        _refresh = clock.CreateTimer(_ => _ = Refresh(), null, ice.UntilRefresh(record), Timeout.InfiniteTimeSpan);
        _ = EndWith(offered.Peer.Completion);
    }

    /// <summary>Called with what becomes of the path, on any thread.</summary>
    public Action<PathNews>? OnNews { get; set; }

    /// <summary>Called when the session is lost and nothing more will come, on any thread.</summary>
    public Action? OnLost { get; set; }

    /// <summary>Called with what <see cref="OnNews"/> has thrown, which ends nothing; must not throw.</summary>
    public Action<Exception>? OnListenerFault { get; init; }

    /// <summary>
    /// Whether the path is silent and the front door says that the Mac is away. Stays true when the session ends so.
    /// </summary>
    public bool IsAway => _isAway;

    /// <summary>Whether that ends the session: another Mac can do what it is for.</summary>
    public bool EndsWhenAway { get; set; }

    /// <summary>Starts a restart, or another one behind the one that is under way.</summary>
    public void Restart()
    {
        // One that was answered and has no path yet may look in the wrong place.
        if (!TryBegin(isAsked: true)) _pathNews.Release();
    }

    public void Dispose()
    {
        _rtc.NetworkChanged -= NetworkChanged;
        _offered.Peer.OnPathHealth = null;
        _refresh.Dispose();
        _end.Cancel();
        _ = EndLate();
    }

    private void NetworkChanged(object? sender, EventArgs change)
    {
        Restart();

        // What is under way left by the former network, and a pause waits for this.
        CancellationTokenSource? turn;
        lock (_gate) turn = _turn;
        turn?.Cancel();
    }

    private void HealthChanged(PathHealth health)
    {
        lock (_gate)
        {
            if (_isLost) return;
            _isSilent = health == PathHealth.Silent;
            _isAway &= _isSilent;
        }

        Tell(_isSilent ? PathNews.Silent : PathNews.Back);

        // A restart that is under way is what a silence asks for.
        // One of the path that it has just found is another matter.
        if (_isSilent) _ = TryBegin(isAsked: _offered.Peer.HasPath);
        else _pathNews.Release();
    }

    private bool TryBegin(bool isAsked)
    {
        lock (_gate)
        {
            if (_isLost || _end.IsCancellationRequested) return false;
            _isAskedAgain = _isRunning && (isAsked || _isAskedAgain);
            if (_isRunning) return false;
            _isRunning = true;
        }

        _ = Task.Run(RunRestarts);
        return true;
    }

    private async Task EndWith(Task completion)
    {
        await completion;
        Dispose();
    }

    private async Task RunRestarts()
    {
        try
        {
            do
            {
                await RestartOnce();
            }
            while (IsAskedAgain());
        }
        catch
        {
            // The next silence must not take this one for one that still runs.
            lock (_gate) _isRunning = false;
            throw;
        }
    }

    private bool IsAskedAgain()
    {
        lock (_gate)
        {
            _isRunning = _isAskedAgain && !_isLost && !_end.IsCancellationRequested;
            _isAskedAgain = false;
            return _isRunning;
        }
    }

    /// <summary>
    /// Tries until there is a path or no need of one, the session ends, or an answer says that it is of no use.
    /// </summary>
    private async Task RestartOnce()
    {
        var first = Longer(AttemptPatience, _offered.SignalingTime * SignalingTimes);
        var (pause, patience) = (FirstPause, first);
        var began = _clock.GetTimestamp();
        while (!_end.IsCancellationRequested)
        {
            var turn = BeginTurn();
            bool isSlow;
            try
            {
                await Attempt(patience, turn.Token);
                return;
            }
            catch (Exception failure) when (failure is OperationCanceledException || IsPassing(failure))
            {
                // The network is not there yet; there is time until consent ends.
                isSlow = failure is OperationCanceledException;
                if (failure is ConnectException { Reason: ConnectFailure.MacAway } && EndsAsAway()) return;
            }
            catch (ConnectException)
            {
                Lose();
                return;
            }

            if (_isSilent && _clock.GetElapsedTime(began) > LongestSilence)
            {
                Lose();
                return;
            }

            var hasWaited = await Wait(pause, turn.Token);
            if (!hasWaited) began = _clock.GetTimestamp();

            // A second request without a reply is not lost: the front door still looks for a Mac that is gone.
            (pause, patience) = hasWaited
                ? (Twice(pause), isSlow ? LongestPatience : patience)
                : (FirstPause, first);
        }
    }

    /// <summary>
    /// The front door says that the Mac is away. It may have lost a Mac that lives: that counts only together with a
    /// silent path, and is told then. True when it is the end of the session.
    /// </summary>
    private bool EndsAsAway()
    {
        bool isNew;
        lock (_gate)
        {
            if (!_isSilent || _end.IsCancellationRequested) return false;
            (isNew, _isAway) = (!_isAway, true);
        }

        if (isNew) Tell(PathNews.Away);
        if (!EndsWhenAway) return false;
        Lose();
        return true;
    }

    private static TimeSpan Twice(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;

    private static TimeSpan Longer(TimeSpan left, TimeSpan right) => left > right ? left : right;

    // Whoever asked before it begins is served by it. Nobody disposes it: it has no timer, and its end may come late.
    private CancellationTokenSource BeginTurn()
    {
        lock (_gate)
        {
            _isAskedAgain = false;
            return _turn = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        }
    }

    private async Task Attempt(TimeSpan patience, CancellationToken turn)
    {
        await EndLate();
        using var end = new CancellationTokenSource(patience, _clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(turn, end.Token);
        await _rtc.GatherFirst(GatherPatience, limit.Token);
        _offered.Peer.OfferRestart();
        var exchange = _exchange();
        var again = await exchange.Run(_offered.Peer, _record, limit.Token);

        // The answer's nonce is that of the peer: another one means that the Mac has made a new peer.
        if (again.AnswerNonce.AsSpan().SequenceEqual(_offered.AnswerNonce))
        {
            BeginLate(exchange, again);
            _ = Refresh();
            await FindPath(turn);
        }
        else
        {
            Lose();
        }
    }

    /// <summary>Waits for the path of a restart that was answered, unless another restart is asked for.</summary>
    private async Task FindPath(CancellationToken turn)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(turn);
        limit.CancelAfter(PathPatience);
        try
        {
            while (!_offered.Peer.HasPath)
            {
                await _pathNews.WaitAsync(limit.Token);
                lock (_gate)
                {
                    if (_isAskedAgain) return;
                }
            }

            Tell(PathNews.Restarted);
        }
        catch (OperationCanceledException) when (!_isSilent && !turn.IsCancellationRequested)
        {
            // As long as the former path answers there is nothing to mend.
        }
    }

    private void BeginLate(OfferExchange exchange, Offered again)
    {
        lock (_gate)
        {
            if (_end.IsCancellationRequested) return;
            _late = new LateCandidates(_rtc, exchange, again, _record);
        }
    }

    private async Task EndLate()
    {
        LateCandidates? late;
        lock (_gate) (late, _late) = (_late, null);
        if (late is not null) await late.DisposeAsync();
    }

    private async Task Refresh()
    {
        try
        {
            await _ice.Refresh([_record], _end.Token);
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
        finally
        {
            // A relay in use gets new credentials before the former ones end.
            _refresh.Change(_ice.UntilRefresh(_record), Timeout.InfiniteTimeSpan);
        }
    }

    private void Lose()
    {
        lock (_gate)
        {
            if (_isLost) return;
            _isLost = true;
        }

        Tell(PathNews.Lost);

        // Whoever waits learns it now: on a path that is gone an orderly end takes seconds.
        OnLost?.Invoke();
        _offered.Peer.Close();
    }

    // What a listener throws ends neither the search nor the thread that brought the news.
    private void Tell(PathNews news)
    {
        try
        {
            OnNews?.Invoke(news);
        }
        catch (Exception cause)
        {
            OnListenerFault?.Invoke(cause);
        }
    }

    // A front door behind a proxy that starts anew, or a sign-in page in its place, is no reason to end what works.
    private static bool IsPassing(Exception failure) => failure is ConnectException
    {
        Reason: ConnectFailure.FrontDoorUnreachable or ConnectFailure.FrontDoorBroken or ConnectFailure.MacAway
            or ConnectFailure.Busy
    };

    private async Task<bool> Wait(TimeSpan pause, CancellationToken turn)
    {
        try
        {
            await Task.Delay(pause, _clock, turn);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
