using System.Diagnostics;
using System.Text.Json;
using QuicPair.Rtc.Sockets;

namespace QuicPair.RtcPeer;

/// <summary>Obeys the commands of one process; it has one connection at a time.</summary>
internal sealed class Peer(PeerSettings settings, TextWriter output) : IAsyncDisposable
{
    private readonly RtcHost _host = RtcHost.Start(new RtcHostOptions
    {
        Address = settings.Address,
        AdvertiseLoopback = true,
        IceServers = settings.IceServers,
        RelayRoots = settings.RelayRoots,
        LocalOnly = settings.LocalOnly,
    });

    private readonly Lock _outputGate = new();
    private CancellationTokenSource _round = new();
    private IceSettings _settings = new();
    private PeerConnection? _connection;
    private AnsweringSide? _side;
    private string _remoteDescription = "";
    private long _startedAt;
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

    public void Tell(object news)
    {
        var line = JsonSerializer.Serialize(news);
        lock (_outputGate)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

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
        if (command.GetProperty("role").GetString() != "offer") return;

        _connection = _host.CreateOffer(Options([new ChannelOptions("llm")]));
        Tell(new { e = "desc", type = "offer", sdp = _connection.LocalDescription });
        _ = Offer(_connection, _round.Token);
    }

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
            var news = await new OfferingSide(connection, channel, settings, _startedAt, Tell)
                .Measure(_isFull, cancellation);
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
