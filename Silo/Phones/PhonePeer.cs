using System.Threading.Channels;
using QuicPair.Grains.Interfaces.Presence;
using QuicPair.Grains.Ports;
using QuicPair.Protocol;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Handshake;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Silo.Phones;

/// <summary>The peer of one verified offer: its connection, and its session once the channel is open.</summary>
internal sealed class PhonePeer : IDisposable
{
    private readonly PeerConnection _connection;
    private readonly Func<ReadOnlyMemory<byte>, HandshakeTerms> _terms;
    private readonly SessionParts _parts;
    private readonly CancellationTokenSource _end = new();
    private volatile PhoneSession? _session;

    /// <param name="offer">What the phone's offer announced: its place among the peers.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="terms">Makes the handshake's terms from the phone's certificate.</param>
    /// <param name="parts">What sessions share.</param>
    public PhonePeer(
        PeerIdentity offer, PeerConnection connection, Func<ReadOnlyMemory<byte>, HandshakeTerms> terms,
        SessionParts parts)
    {
        Offer = offer;
        _connection = connection;
        _terms = terms;
        _parts = parts;
    }

    public PeerIdentity Offer { get; }

    /// <summary>The answer's nonce, the same for all offers of this peer.</summary>
    public required byte[] AnswerNonce { get; init; }

    public bool IsLive => _session?.Live.IsCompleted ?? false;

    public string LocalDescription => _connection.LocalDescription;

    public Task Gone => _connection.Completion;

    /// <summary>Ends with its session, which a phone that does not read cannot hold up; without one it has.</summary>
    public Task SessionEnded => _session?.Ended ?? Task.CompletedTask;

    public PhoneSession? Session => _session;

    /// <summary>The path of the packets, as the control plane may see it.</summary>
    public PeerPresence Presence(PhoneSession live)
    {
        var statistics = _connection.Statistics;
        var path = statistics.Path switch
        {
            PathKind.Relay => "relay",
            PathKind.Direct => "direct",
            _ => "local",
        };
        var (stage, last) = _parts.Answers.Activity(live.Device);
        return new PeerPresence(live.Since, path, statistics.RoundTrip ?? TimeSpan.Zero)
        {
            Stage = stage,
            LastAnswer = Timings(last),
        };
    }

    /// <summary>Where the time of an answer went, as the control plane may see it.</summary>
    public static AnswerTimings? Timings(AnswerStatistics? answer) => answer is null ? null : new AnswerTimings(
        answer.QueueMs, answer.LoadMs, answer.PromptMs, answer.TtftMs, answer.Tokens, answer.TokensPerSecond);

    public void AddCandidates(string sdp) => _connection.AddRemoteCandidates(sdp);

    /// <summary>
    /// Runs until the connection is gone; <paramref name="settled"/> is called when it is live or gone.
    /// </summary>
    public async Task Run(Action settled)
    {
        var limit = LimitUnliveTime();
        try
        {
            await Serve(settled);
        }
        catch (Exception problem) when (problem is OperationCanceledException or ChannelClosedException)
        {
            // Gone before a channel was open.
        }
        finally
        {
            settled();
            await _end.CancelAsync();
            await limit;
            await _connection.DisposeAsync();
            Dispose();
        }
    }

    /// <summary>Ends the session with a close frame, or the connection when there is no session yet.</summary>
    public void Close(CloseCode code, ErrorCode? error = null)
    {
        if (_session is { } session) session.Close(code, error);
        else _connection.Close();
    }

    /// <summary>Ends session and connection without waiting for the phone.</summary>
    public void Abort()
    {
        _session?.Abort();
        _connection.Close();
    }

    public void Dispose()
    {
        _session?.Dispose();
        _end.Dispose();
    }

    private async Task Serve(Action settled)
    {
        var channel = await _connection.AcceptChannel(_end.Token);
        if (channel is not { Label: ChannelLimits.Label, Protocol: "", Ordered: true, Reliable: true })
        {
            channel.Close();
            return;
        }

        _ = CloseOthers();
        var session = new PhoneSession(_parts, _terms(_connection.RemoteCertificate), new RtcMessageChannel(channel));
        _session = session;
        _ = session.Live.ContinueWith(_ => settled(), TaskScheduler.Default);
        await session.Run();
    }

    // One channel: whatever else is opened is closed unread.
    private async Task CloseOthers()
    {
        try
        {
            while (true) (await _connection.AcceptChannel(_end.Token)).Close();
        }
        catch (Exception problem) when (problem is OperationCanceledException or ChannelClosedException)
        {
            // The connection is gone.
        }
    }

    private async Task LimitUnliveTime()
    {
        try
        {
            await Task.Delay(PhoneTimings.Unlive, _parts.Time, _end.Token);
            if (_session is { IsConfirming: true })
            {
                await Task.Delay(PhoneTimings.UnliveConfirming - PhoneTimings.Unlive, _parts.Time, _end.Token);
            }

            if (!IsLive) _connection.Close();
        }
        catch (OperationCanceledException)
        {
            // Gone by itself.
        }
    }
}
