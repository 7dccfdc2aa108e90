using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using QuicPair.Protocol.Signaling;

namespace QuicPair.Client.Signaling;

/// <summary>Posts offers to a front door (QP/1 section 3) and turns every other outcome into one sentence.</summary>
internal sealed class SignalingClient : IDisposable
{
    // An answer is an SDP of at most 200 lines of 512 bytes; this bounds what a hostile front door can send.
    private const int MaxResponseBytes = 256 * 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    // Nobody waits for it: without ICE servers there is still the local network.
    private static readonly TimeSpan IceTimeout = TimeSpan.FromSeconds(10);

    // QP/1 section 1: writers escape only what JSON requires; the body is ASCII.
    private static readonly SignalingJson Json =
        new(new JsonSerializerOptions
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });

    private static readonly SignalingReply<IceResponse> NoServers = new(null, null);

    private readonly HttpMessageHandler? _handler;
    private readonly TimeProvider _clock;
    private readonly bool _isLocalOnly;
    private readonly ConcurrentDictionary<string, SignalingClock> _clocks = new(StringComparer.Ordinal);
    private volatile HttpClient _http;

    /// <param name="handler">Sends the requests; null is a plain one of its own.</param>
    /// <param name="clock">The phone's clock.</param>
    /// <param name="isLocalOnly">Whether the front door is asked straight, whatever proxy the system names.</param>
    public SignalingClient(HttpMessageHandler? handler, TimeProvider clock, bool isLocalOnly)
    {
        (_handler, _clock, _isLocalOnly) = (handler, clock, isLocalOnly);
        _http = NewClient();
    }

    /// <summary>The clock of this front door, for every request to it.</summary>
    public SignalingClock ClockOf(string origin) => _clocks.GetOrAdd(origin, _ => new SignalingClock(_clock));

    /// <summary>
    /// The connections that there are began at an address that may be gone: what is asked from here on uses new ones.
    /// </summary>
    public void NetworkChanged()
    {
        // The former one ends by itself once its requests have.
        if (_handler is null) _http = NewClient();
    }

    /// <summary>Posts an offer; a refusal (403) is a reply, everything else that is no answer throws.</summary>
    public async Task<SignalingReply<OfferResponse>> PostOffer(
        string origin, OfferRequest offer, CancellationToken cancellation)
    {
        var body = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(offer, Json.OfferRequest));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var response = await _http.PostAsync(new Uri($"{origin}/signaling/offer"), body, cancellation);
            var content = await response.Content.ReadAsByteArrayAsync(cancellation);
            return response.StatusCode switch
            {
                HttpStatusCode.OK => new SignalingReply<OfferResponse>(Answer(content), null),
                HttpStatusCode.Forbidden when TryRead(content) is { Code: "refused" } refusal =>
                    new SignalingReply<OfferResponse>(null, refusal.Now),
                HttpStatusCode.Forbidden => throw new ConnectException(ConnectFailure.FrontDoorBroken),
                _ => throw new ConnectException(Reason(response.StatusCode, content)),
            };
        }
        catch (HttpRequestException failure)
        {
            throw new ConnectException(
                ConnectFailure.FrontDoorUnreachable, $"The front door {origin} cannot be reached.", failure);
        }
        catch (OperationCanceledException failure) when (!cancellation.IsCancellationRequested)
        {
            throw new ConnectException(
                ConnectFailure.FrontDoorUnreachable, $"The front door {origin} does not answer.", failure);
        }
    }

    /// <summary>Asks for ICE servers; no answer is no failure, whatever the reason.</summary>
    public async Task<SignalingReply<IceResponse>> PostIce(
        string origin, IceRequest request, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(IceTimeout);
        var body = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(request, Json.IceRequest));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var response = await _http.PostAsync(new Uri($"{origin}/signaling/ice"), body, limit.Token);
            var content = await response.Content.ReadAsByteArrayAsync(limit.Token);
            return response.StatusCode switch
            {
                HttpStatusCode.OK => new SignalingReply<IceResponse>(Servers(content), null),
                HttpStatusCode.Forbidden when TryRead(content) is { Code: "refused" } refusal =>
                    new SignalingReply<IceResponse>(null, refusal.Now),
                _ => NoServers,
            };
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException)
        {
            return NoServers;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return NoServers;
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpClient NewClient() => new(_handler ?? PlainHandler(), disposeHandler: _handler is null)
    {
        Timeout = Timeout,
        MaxResponseContentBufferSize = MaxResponseBytes,
    };

    private SocketsHttpHandler PlainHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,

        // A proxy may be anywhere.
        UseProxy = !_isLocalOnly,

        // A connection that a changed network has cut is not found out by the next request.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5),
    };

    private static ConnectFailure Reason(HttpStatusCode status, byte[] content) =>
        (TryRead(content)?.Code, status) switch
        {
            ("mac_unknown", _) => ConnectFailure.MacUnknown,
            ("mac_offline", _) => ConnectFailure.MacAway,
            ("version", _) => ConnectFailure.Version,
            (not null, HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable) => ConnectFailure.Busy,
            _ => ConnectFailure.FrontDoorBroken,
        };

    private static SignalingProblem? TryRead(byte[] content)
    {
        try
        {
            return JsonSerializer.Deserialize(content, Json.SignalingProblem);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IceResponse? Servers(byte[] content)
    {
        var answer = JsonSerializer.Deserialize(content, Json.IceResponse);
        return answer is { IceServers: { } servers } && servers.All(IsWhole) ? answer : null;
    }

    // What is required may still be null.
    private static bool IsWhole(IceServer? server) =>
        server is { Urls: { } urls } && urls.All(url => url is not null);

    private static OfferResponse Answer(byte[] content)
    {
        try
        {
            var answer = JsonSerializer.Deserialize(content, Json.OfferResponse);
            return answer is { Sdp: not null, Nonce: not null, Auth: not null }
                ? answer
                : throw new ConnectException(ConnectFailure.FrontDoorBroken);
        }
        catch (JsonException failure)
        {
            throw new ConnectException(ConnectFailure.FrontDoorBroken, failure);
        }
    }
}
