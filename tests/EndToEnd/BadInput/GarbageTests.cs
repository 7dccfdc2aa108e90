using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using QuicPair.Client;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.EndToEnd.BadInput;

/// <summary>Thousands of datagrams and hundreds of offers that mean nothing, and no line about any of them.</summary>
public sealed partial class GarbageTests
{
    private const int Datagrams = 4_000;
    private const int Offers = 300;

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Logging__LogLevel__Default"] = "Trace",
        ["Logging__LogLevel__QuicPair"] = "Trace",
        ["Limits__Burst"] = "100000",
        ["Metrics__Port"] = "0",
    };

    [Fact]
    public async Task Garbage_datagrams_are_nobodys_news()
    {
        await using var mac = await MacProcess.Start(settings: Settings);
        var folder = Directory.CreateTempSubdirectory("quicpair-phone-").FullName;
        try
        {
            var link = await mac.Invite();
            await using (var raw = new RawPhone(link))
            {
                var (status, body) = await raw.Offer(raw.Peer.LocalDescription);
                Assert.Equal(HttpStatusCode.OK, status);
                var sdp = body.GetProperty("sdp").GetString()!;

                // Its peer waits for checks: the time before DTLS.
                await Throw(sdp, seed: 1);
            }

            Assert.True(PairingLink.TryParse(link, out var parsed, out string problem), problem);
            var options = new PhoneOptions { Name = "g", StorePath = Path.Combine(folder, "pairings.json") };
            var signaling = new SdpReader();
            await using var phone = new Phone(options with { HttpHandler = signaling });
            await using var paired = await phone.Pair(parsed, TestContext.Current.CancellationToken);
            var before = LogLines(mac);

            await Throw(signaling.Answer!, seed: 2);

            var chat = paired.Chat(new ChatMessage { Prompt = "Hello" });
            var last = await chat.LastAsync(TestContext.Current.CancellationToken);
            Assert.IsType<DoneMessage>(last);
            Assert.Empty(mac.Process.Complaints);
            Assert.InRange(LogLines(mac) - before, 0, Datagrams / 10);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Garbage_offers_are_refused_without_a_word_in_the_log()
    {
        await using var mac = await MacProcess.Start(settings: Settings);
        using var http = new HttpClient { BaseAddress = mac.Address };
        var random = new Random(3);
        for (var number = 0; number < Offers; number++)
        {
            using var content = new StringContent(Nonsense(random, number), Encoding.UTF8, "application/json");
            using var reply = await http.PostAsync(
                "/signaling/offer", content, TestContext.Current.CancellationToken);
            Assert.InRange((int)reply.StatusCode, 400, 499);
        }

        Assert.Empty(mac.Process.Complaints);
        var status = await mac.Ask(new { op = "status" });
        Assert.Equal(0, status.GetProperty("status").GetProperty("connected").GetInt32());
        Assert.Equal((0, 0), await Made.By(mac));

        // An offer that is good makes one of each: what is counted here would have been seen.
        await using var phone = new RawPhone(await mac.Invite());
        Assert.Equal(HttpStatusCode.OK, (await phone.Offer(phone.Good())).Status);
        while (await Made.By(mac) != (1, 1)) TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
    }

    private static int LogLines(MacProcess mac) => mac.Process.Errors.Count(letter => letter == '\n');

    /// <summary>Throws datagrams of every kind that the first byte can announce at a Mac's port.</summary>
    private static async Task Throw(string macSdp, int seed)
    {
        var port = int.Parse(CandidatePort().Match(macSdp).Groups[1].Value);
        var target = new IPEndPoint(IPAddress.Loopback, port);
        using var stranger = new UdpClient(AddressFamily.InterNetwork);
        var random = new Random(seed);
        byte[] first = [0, 1, 20, 21, 22, 23, 64, 128, 255];
        for (var number = 0; number < Datagrams; number++)
        {
            var datagram = new byte[random.Next(1, 1_400)];
            random.NextBytes(datagram);
            datagram[0] = first[number % first.Length];
            await stranger.SendAsync(datagram, target, TestContext.Current.CancellationToken);
        }
    }

    private static string Nonsense(Random random, int number)
    {
        var bytes = new byte[random.Next(1, 200)];
        random.NextBytes(bytes);
        var noise = Convert.ToHexStringLower(bytes);
        return (number % 6) switch
        {
            0 => noise,
            1 => "{",
            2 => "[" + new string('[', 64),
            3 => $$"""{"v":1,"mac":"aaaaaaaaaaaaaaaa","device":"bbbbbbbbbbbbbbbb","sdp":"{{noise}}"}""",
            4 => new string(' ', 1_000_000),
            _ => $$"""
                {"v":1,"device":"bbbbbbbbbbbbbbbb","sdp":"v=0\r\n{{noise}}\r\n","ts":1800000000,
                "nonce":"AAAAAAAAAAAAAAAAAAAAAA","versions":[1],"auth":"AAAAAAAAAAAAAAAAAAAAAA"}
                """,
        };
    }

    [GeneratedRegex(@"a=candidate:\S+ 1 \S+ \d+ \S+ (\d+) typ host")]
    private static partial Regex CandidatePort();

    private sealed class SdpReader() : DelegatingHandler(new SocketsHttpHandler())
    {
        public string? Answer { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            using var body = System.Text.Json.JsonDocument.Parse(
                await response.Content.ReadAsStringAsync(cancellationToken));
            Answer = body.RootElement.TryGetProperty("sdp", out var sdp) ? sdp.GetString() : Answer;
            return response;
        }
    }
}
