using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using QuicPair.Client.Session;
using QuicPair.Client.Store;
using QuicPair.Protocol;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Codec;
using QuicPair.Protocol.Handshake;
using QuicPair.Protocol.Messages;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Client;

/// <summary>A live, encrypted session with one Mac.</summary>
public sealed partial class PairedMac : IAsyncDisposable
{
    private const int IdBytes = 16;

    private readonly PeerConnection _peer;
    private readonly PhoneSession _session;
    private readonly MessageRouter _router;
    private readonly PathKeeper _keeper;

    internal PairedMac(
        PairingRecord record,
        PeerConnection peer,
        PhoneSession session,
        MessageRouter router,
        ConnectTimings timings,
        PathKeeper keeper)
    {
        (Pairing, Timings) = (record, timings);
        (_peer, _session, _router, _keeper) = (peer, session, router, keeper);
    }

    /// <summary>The pairing as it is stored.</summary>
    public PairingRecord Pairing { get; }

    /// <summary>The Mac's name, safe to show.</summary>
    public string Name => Pairing.MacName;

    /// <summary>Where the time of connecting went.</summary>
    public ConnectTimings Timings { get; }

    /// <summary>The way that packets take, at this moment.</summary>
    public PathKind Path => _peer.Statistics.Path;

    /// <summary>The path's round trip, smoothed; null before the first measurement.</summary>
    public TimeSpan? RoundTrip => _peer.Statistics.RoundTrip;

    /// <summary>
    /// Called, on any thread, with what becomes of the path while the session lives. What it throws ends nothing;
    /// <see cref="RtcHostOptions.OnListenerFault"/> of <see cref="PhoneOptions.Rtc"/> hears of it.
    /// </summary>
    public Action<PathNews>? OnPath
    {
        get => _keeper.OnNews;
        set => _keeper.OnNews = value;
    }

    /// <summary>
    /// Whether the Mac does not answer while the front door says that it is away (<see cref="PathNews.Away"/>). Stays
    /// true for a session that ended so.
    /// </summary>
    public bool IsAway => _keeper.IsAway;

    /// <summary>
    /// Makes another session with this very Mac, where what made this one may take another Mac
    /// (<see cref="Phone.AnyMac"/>): only the Mac that was asked has the rest of an answer. Null elsewhere.
    /// </summary>
    public Func<CancellationToken, Task<PairedMac>>? SameMac { get; internal set; }

    /// <summary>
    /// Looks for a path anew under the living session: for a program that knows that the network has changed, or that
    /// this device has slept. A silent path, a change of addresses and the Mac's request do it by themselves.
    /// </summary>
    public void RestartPath() => _keeper.Restart();

    /// <summary>Ends with the session; its result says why.</summary>
    public Task<ConnectException> Ended => _session.Ended;

    /// <summary>Asks; the id is a fresh random one unless the request has one.</summary>
    public ChatStream Chat(ChatMessage request)
    {
        var id = request.Id ?? NewId();
        return Start(new ChatStream(id, after: 0, _session.Send), request with { Id = id });
    }

    /// <summary>Takes up an answer again behind entry <paramref name="after"/>.</summary>
    public ChatStream Resume(string id, long after) =>
        Start(new ChatStream(id, after, _session.Send), new ResumeMessage { Id = id, After = after });

    /// <summary>Asks the Mac to stop a chat of this device; ignored when it is unknown or over.</summary>
    public void Cancel(string id) => _session.Send(new CancelMessage { Id = id });

    /// <summary>The models that may be asked. Who asks while another one waits for them gets the same answer.</summary>
    /// <exception cref="AnswerException">The Mac refused, and why.</exception>
    /// <exception cref="ConnectException">The session is over.</exception>
    public Task<IReadOnlyList<ModelDescription>> Models(CancellationToken cancellationToken)
    {
        if (_router.JoinModels(out var models)) _session.Send(new ModelsRequest());
        return models.WaitAsync(cancellationToken);
    }

    /// <summary>Says goodbye and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _keeper.Dispose();
        await _session.DisposeAsync();

        // A Mac that is away takes no goodbye; what waits for one ends by itself.
        if (IsAway) _peer.Close();
        else await _peer.DisposeAsync();
    }

    /// <summary>Whether it ended because another program of this device has connected to the Mac.</summary>
    internal bool IsReplaced => Ended.IsCompletedSuccessfully && Ended.Result.Reason == ConnectFailure.Elsewhere;

    /// <summary>Another Mac may take its place: it ends as soon as the Mac is away.</summary>
    internal void EndWhenAway() => _keeper.EndsWhenAway = true;

    /// <summary>Ends with a word of the Mac behind all that was said to it before.</summary>
    /// <exception cref="ConnectException">The session is over.</exception>
    internal Task Ping(CancellationToken cancellationToken) =>
        Request<PongMessage>(new PingMessage { Id = NewId() }, null, cancellationToken);

    internal static string NewId() => StrictBase64Url.Encode(RandomNumberGenerator.GetBytes(IdBytes));

    private ChatStream Start(ChatStream chat, Message request)
    {
        if (!TryWrite(request, out var json, out var refusal))
        {
            chat.Take(refusal);
            return chat;
        }

        _router.Add(chat);
        _session.Send(json);
        return chat;
    }

    /// <summary>
    /// Writes a request, or says what a Mac would say that cannot take it: the Mac may not know whose request it was,
    /// and whoever asked would wait for ever.
    /// </summary>
    private static bool TryWrite(Message request, out byte[] json, [NotNullWhen(false)] out ErrorMessage? refusal)
    {
        json = MessageWriter.Write(request);
        refusal = json.Length > ChannelLimits.MaxMessageToMac ? new ErrorMessage { Code = ErrorCode.TooLarge }
            : MessageReader.TryRead(json, out _, out var unread) ? null
            : unread;
        if (refusal is null) return true;
        refusal = refusal with { Id = request.Id, For = request.Op };
        return false;
    }
}
