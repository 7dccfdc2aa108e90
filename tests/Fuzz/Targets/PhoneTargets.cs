using System.Net;
using System.Text;
using Microsoft.Extensions.Configuration;
using QuicPair.Client;
using QuicPair.Client.Signaling;
using QuicPair.Protocol.Signaling;
using QuicPair.SignalingApi.Ice;
using IceServer = QuicPair.Rtc.Sockets.IceServer;

namespace QuicPair.Fuzz.Targets;

/// <summary>What a front door tells a phone, and the servers that its owner or it names.</summary>
internal static class PhoneTargets
{
    private const string Origin = "https://door.example";

    private static readonly HttpStatusCode[] Statuses =
    [
        HttpStatusCode.OK,
        HttpStatusCode.Forbidden,
        HttpStatusCode.NotFound,
        HttpStatusCode.TooManyRequests,
        HttpStatusCode.ServiceUnavailable,
        HttpStatusCode.Redirect,
    ];

    private static readonly OfferRequest Offer = new() { Sdp = "v=0", Ts = 0, Nonce = "", Versions = [1] };

    private static readonly IceRequest Question = new() { Ts = 0, Nonce = "", Versions = [1] };

    /// <summary>The input is <c>TURN_URLS</c>.</summary>
    public static void Servers(ReadOnlySpan<byte> input)
    {
        var variable = new KeyValuePair<string, string?>("TURN_URLS", Encoding.UTF8.GetString(input));
        var options = IceOptions.Read(new ConfigurationBuilder().AddInMemoryCollection([variable]).Build());
        foreach (var url in options.TurnUrls)
        {
            if (url.Length == 0 || url.Contains(',', StringComparison.Ordinal))
            {
                throw new InvalidDataException("An entry of the list is none.");
            }

            Server(url);
        }
    }

    /// <summary>The first byte of the input says with which status the front door answers, the rest what.</summary>
    public static void Reply(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty) return;
        var status = Statuses[input[0] % Statuses.Length];
        using var door = new Door(status, input[1..].ToArray());
        using var signaling = new SignalingClient(door, TimeProvider.System, isLocalOnly: false);
        try
        {
            var reply = signaling.PostOffer(Origin, Offer, CancellationToken.None).GetAwaiter().GetResult();
            var isAnswer = status == HttpStatusCode.OK && reply.Now is null
                && reply.Answer is { Sdp: not null, Nonce: not null, Auth: not null };
            if (!isAnswer && (status != HttpStatusCode.Forbidden || reply.Answer is not null))
            {
                throw new InvalidDataException("What was taken is neither an answer nor a refusal.");
            }
        }
        catch (ConnectException)
        {
            // What people are told.
        }

        var told = signaling.PostIce(Origin, Question, CancellationToken.None).GetAwaiter().GetResult();
        foreach (var url in told.Answer?.IceServers.SelectMany(server => server.Urls) ?? []) Server(url);
    }

    private static void Server(string url)
    {
        if (!IceServer.TryParse(url, out var server)) return;
        var text = server.ToString();
        if (!IceServer.TryParse(text, out var again) || again != server)
        {
            throw new InvalidDataException("A server does not read what it wrote.");
        }

        if (text.Any(character => character is < ' ' or '\u007f'))
        {
            throw new InvalidDataException("A server's address holds what a terminal obeys.");
        }
    }

    private sealed class Door(HttpStatusCode status, byte[] body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(status) { Content = new ByteArrayContent(body) });
    }
}
