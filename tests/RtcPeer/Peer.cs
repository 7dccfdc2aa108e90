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

    private CancellationTokenSource _round = new();
    private IceSettings _settings = new();
    private PeerConnection? _connection;
    private AnsweringSide? _side;
    private string _remoteDescription = "";
    private long _startedAt;
    private long _createdAt;
    private int _silences;
    private bool _isFull;

    /// <summary>Obeys one command; false when it says to leave.</summary>
    public async Task<bool> Obey(JsonElement command)
    {
        switch (command.GetProperty("c").GetString())
        {
            case "start":
                await Start(command);
                break;
            case "desc":
                var sdp = command.GetProperty("sdp").GetString()!;
                TakeDescription(command.GetProperty("type").GetString(), sdp);
                break;
            case "cand":
                AddCandidate(command.GetProperty("candidate").GetString()!);
                break;
            case "restart" when _connection is { } connection:
                await _host.Gather(_settings.Patience, _round.Token);
                connection.OfferRestart();
                Tell(new { e = "desc", type = "offer", sdp = connection.LocalDescription });
                break;
            case "stream":
                var gap = TimeSpan.FromMilliseconds(command.GetProperty("gapMs").GetDouble());
                _ = _side?.Stream(command.GetProperty("count").GetInt32(), gap, _round.Token);
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
        _isFull = command.TryGetProperty("full", out var full) && full.ValueKind == JsonValueKind.True;
        _round.Dispose();
        _round = new CancellationTokenSource();
        _settings = IceSettings.Read(command, settings.GatherPatience);
        if (_settings.Servers is { } servers) _host.UseIceServers(servers);
        await _host.Gather(_settings.Patience, _round.Token);
        Tell(new { e = "gathered", relays = Relays().Count() });
        if (command.GetProperty("role").GetString() != "offer") return;

        _connection = _host.CreateOffer(Options([new ChannelOptions("llm")]));
        _createdAt = Stopwatch.GetTimestamp();
        _connection.OnPathHealth = NoteHealth;
        Tell(new { e = "desc", type = "offer", sdp = _connection.LocalDescription });
        _ = Offer(_connection, _round.Token);
    }

    private IEnumerable<IceCandidate> Relays() =>
        _host.LocalCandidates.Where(each => each.Type == IceCandidateType.Relayed);

    private PeerOptions Options(IReadOnlyList<ChannelOptions> channels) =>
        new() { Channels = channels, RelayOnly = _settings.RelayOnly };

    private void TakeDescription(string? type, string sdp)
    {
        _remoteDescription = sdp;
        if (type == "answer")
        {
            _connection?.SetRemoteDescription(sdp);
            return;
        }

        if (_connection is { Completion.IsCompleted: false } living)
        {
            living.AddRemoteCandidates(sdp);
            Tell(new { e = "desc", type = "answer", sdp = living.LocalDescription });
            return;
        }

        _connection = _host.CreateAnswer(sdp, Options([]));
        _connection.OnPathHealth = NoteHealth;
        Tell(new { e = "desc", type = "answer", sdp = _connection.LocalDescription });
        _ = Answer(_connection, _round.Token);
    }

    private void AddCandidate(string candidate)
    {
        var line = candidate.StartsWith("a=", StringComparison.Ordinal) ? candidate : "a=" + candidate;
        _remoteDescription = _remoteDescription.TrimEnd() + "\r\n" + line + "\r\n";
        _connection?.AddRemoteCandidates(_remoteDescription);
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
