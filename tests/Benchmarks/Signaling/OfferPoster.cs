using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using QuicPair.Protocol.Signaling;

namespace QuicPair.Benchmarks.Signaling;

/// <summary>Posts offers to a front door over connections that stay open.</summary>
internal sealed class OfferPoster(Uri frontDoor) : IDisposable
{
    // As long as the C# client waits.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private readonly Uri _address = new(frontDoor, "/signaling/offer");
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        Timeout = Timeout,
    };

    public async Task<Posting> Post(SignedOffer offer)
    {
        using var body = new ByteArrayContent(offer.Body);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var postedAt = Stopwatch.GetTimestamp();
        try
        {
            using var response = await _http.PostAsync(_address, body);
            var content = await response.Content.ReadAsByteArrayAsync();
            var doneAt = Stopwatch.GetTimestamp();
            return new Posting(Outcome(response.StatusCode, content, offer), postedAt, doneAt);
        }
        catch (HttpRequestException)
        {
            return new Posting("no connection", postedAt, Stopwatch.GetTimestamp());
        }
        catch (OperationCanceledException)
        {
            return new Posting("no reply in time", postedAt, Stopwatch.GetTimestamp());
        }
    }

    public void Dispose() => _http.Dispose();

    private static string Outcome(HttpStatusCode status, byte[] content, SignedOffer offer)
    {
        try
        {
            if (status != HttpStatusCode.OK)
            {
                var problem = JsonSerializer.Deserialize(content, SignalingJson.Default.SignalingProblem);
                return $"{(int)status} {problem?.Code}";
            }

            return offer.IsAnsweredBy(content) ? Posting.Answered : "200 not authentic";
        }
        catch (JsonException)
        {
            return $"{(int)status} unreadable";
        }
    }
}
