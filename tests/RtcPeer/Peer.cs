using System.Diagnostics;
using System.Text.Json;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Sockets;

namespace QuicPair.RtcPeer;

/// <summary>Obeys commands; it has one connection at a time.</summary>
internal sealed class Peer(PeerSettings settings, Action<object> tell) : IAsyncDisposable
{
    private readonly RtcHost _host = RtcHost.Start(new RtcHostOptions
    {
        Address = settings.Address,
        AdvertiseLoopback = true,
        IceServers = settings.IceServers,
        RelayRoots = settings.RelayRoots,
        RelayCredentialLifetime = settings.CredentialLifetime,
        LocalOnly = settings.LocalOnly,
    });

    private readonly RemoteDescription _remote = new();
    private CancellationTokenSource _round = new();
    private IceSettings _settings = new();
    private PeerConnection? _connection;
    private AnsweringSide? _side;
    private ExchangingSide? _exchange;
    private long _startedAt;
    private long _createdAt;
    private int _silences;
    private bool _isFull;
    private bool _isExchange;

    /// <summary>Obeys one command; false when it says to leave. A bad one throws.</summary>
    public async Task<bool> Obey(JsonElement command)
    {
        var name = TextOf(command, "c");
        switch (name)
        {
            case "start":
                await Start(command);
                break;
            case "desc":
                TakeDescription(TextOf(command, "type"), TextOf(command, "sdp"));
                break;
            case "cand":
                AddCandidate(TextOf(command, "candidate"));
                break;
            case "restart" when _connection is { } connection:
                await _host.Gather(_settings.Patience, _round.Token);
                connection.OfferRestart();
                _remote.AwaitNext();
                Tell(new { e = "desc", type = "offer", sdp = connection.LocalDescription });
                break;
            case "stream" when _side is { } side:
                var gap = TimeSpan.FromMilliseconds(command.GetProperty("gapMs").GetDouble());
                _ = side.Stream(command.GetProperty("count").GetInt32(), gap, _round.Token);
                break;
            case "exchange" when _exchange is { } exchange:
                _ = exchange.Send(_round.Token);
                break;
            case "close-channel" when _exchange is { } closing:
                closing.Close();
                break;
            case "stats":
                TellStatistics();
                break;
            case "close":
                await Close();
                Tell(new { e = "closed" });
                break;
            case "exit":
                return false;
            default:
                throw new FormatException($"'{name}' is no command, or there is nothing that could obey it.");
        }

        return true;
    }

    public void Tell(object news) => tell(news);

    public async ValueTask DisposeAsync()
    {
        await Close();
        _round.Dispose();
        await _host.DisposeAsync();
    }

    private async Task Start(JsonElement command)
    {
        _startedAt = Stopwatch.GetTimestamp();
        var isOfferer = TextOf(command, "role") == "offer";
        _settings = IceSettings.Read(command, settings.GatherPatience);
        (_isFull, _isExchange) = (IsTrue(command, "full"), IsTrue(command, "exchange"));
        _exchange = null;
        _remote.Forget();
        _round.Dispose();
        _round = new CancellationTokenSource();
        if (_settings.Servers is { } servers) _host.UseIceServers(servers);
        await _host.Gather(_settings.Patience, _round.Token);
        Tell(new { e = "gathered", relays = Relays().Count() });
        if (!isOfferer) return;

        _connection = _host.CreateOffer(Options([new ChannelOptions("llm")]));
        _createdAt = Stopwatch.GetTimestamp();
        _connection.OnPathHealth = NoteHealth;
        Tell(new { e = "desc", type = "offer", sdp = _connection.LocalDescription });
        _ = _isExchange ? ExchangeOver(_connection, _round.Token) : Offer(_connection, _round.Token);
    }

    private IEnumerable<IceCandidate> Relays() =>
        _host.LocalCandidates.Where(each => each.Type == IceCandidateType.Relayed);

    private PeerOptions Options(IReadOnlyList<ChannelOptions> channels) =>
        new() { Channels = channels, RelayOnly = _settings.RelayOnly };

    private void TakeDescription(string type, string description)
    {
        var sdp = _remote.Complete(description);
        if (type == "answer") _connection?.SetRemoteDescription(sdp);
        else AnswerOffer(sdp);
        _remote.Accept(sdp);
    }

    private void AnswerOffer(string sdp)
    {
        if (_connection is { Completion.IsCompleted: false } living)
        {
            living.AddRemoteCandidates(sdp);
            Tell(new { e = "desc", type = "answer", sdp = living.LocalDescription });
            return;
        }

        _connection = _host.CreateAnswer(sdp, Options([]));
        _connection.OnPathHealth = NoteHealth;
        Tell(new { e = "desc", type = "answer", sdp = _connection.LocalDescription });
        _ = _isExchange ? ExchangeOver(_connection, _round.Token) : Answer(_connection, _round.Token);
    }

    private void AddCandidate(string candidate)
    {
        if (_remote.Add(candidate) is not { } sdp) return;
        _connection?.AddRemoteCandidates(sdp);
        _remote.Accept(sdp);
    }

    private async Task Offer(PeerConnection connection, CancellationToken cancellation)
    {
        try
        {
            var channel = await connection.AcceptChannel(cancellation);
            var side = new OfferingSide(connection, channel, settings, (_startedAt, _createdAt), Tell);
            var news = await side.Measure(_isFull, cancellation);
            Attach(channel);
            Tell(news);
        }
        catch (Exception cause) when (cause is OperationCanceledException or InvalidOperationException)
        {
            await TellEnd(connection);
        }
    }

    private async Task Answer(PeerConnection connection, CancellationToken cancellation)
    {
        try
        {
            var channel = await connection.AcceptChannel(cancellation);
            Attach(channel);
            var path = $"{connection.Statistics.Path}";
            Tell(new { e = "bopen", ms = Usage.MillisecondsSince(_startedAt), path });
        }
        catch (Exception cause) when (cause is OperationCanceledException or InvalidOperationException)
        {
            await TellEnd(connection);
        }
    }

    private async Task ExchangeOver(PeerConnection connection, CancellationToken cancellation)
    {
        try
        {
            var side = new ExchangingSide(await connection.AcceptChannel(cancellation), Tell);
            _exchange = side;
            await side.Follow();
        }
        catch (Exception cause) when (cause is OperationCanceledException or InvalidOperationException)
        {
            // There was no channel: the end, which is told next, says why.
        }

        await TellEnd(connection);
    }

    private void NoteHealth(PathHealth health)
    {
        if (health == PathHealth.Silent) Interlocked.Increment(ref _silences);
    }

    private void Attach(DataChannel channel)
    {
        _side = new AnsweringSide(channel, Tell);
        _side.Attach();
    }

    private void TellStatistics()
    {
        var statistics = _connection?.Statistics;
        Tell(new
        {
            e = "stats",
            path = $"{statistics?.Path}",
            roundTrip = statistics?.RoundTrip?.TotalMilliseconds,
            ice = statistics?.IceConnectedAfter?.TotalMilliseconds,
            dtls = statistics?.DtlsConnectedAfter?.TotalMilliseconds,
            sctp = statistics?.SctpConnectedAfter?.TotalMilliseconds,
            sent = statistics?.DatagramsSent,
            received = statistics?.DatagramsReceived,
            silences = Volatile.Read(ref _silences),
            relays = Relays().Select(relay => $"{relay.Address}"),
        });
    }

    private static string TextOf(JsonElement command, string name) => command.GetProperty(name).GetString()
        ?? throw new FormatException($"'{name}' is null.");

    private static bool IsTrue(JsonElement command, string name) =>
        command.TryGetProperty(name, out var told) && told.ValueKind == JsonValueKind.True;

    private async Task TellEnd(PeerConnection connection) =>
        Tell(new { e = "ended", reason = $"{await connection.Completion}" });

    private async Task Close()
    {
        if (_connection is not { } connection) return;
        _connection = null;
        connection.Close();
        await connection.DisposeAsync();
        await _round.CancelAsync();
    }
}
