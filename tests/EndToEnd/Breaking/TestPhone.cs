using System.Text;
using QuicPair.Client;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;
using QuicPair.Rtc.Sockets;
using Xunit;

namespace QuicPair.EndToEnd.Breaking;

/// <summary>A paired phone in this process that knows how far it has read an answer.</summary>
internal sealed class TestPhone : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-phone-").FullName;
    private readonly Phone _phone;
    private PairedMac? _mac;
    private ChatStream? _chat;

    private TestPhone(HttpMessageHandler? signaling) => _phone = new Phone(new PhoneOptions
    {
        Name = "test",
        StorePath = Path.Combine(_folder, "pairings.json"),
        HttpHandler = signaling,
        Rtc = new RtcHostOptions { AdvertiseLoopback = true, TimeProvider = Clock },
    });

    /// <summary>The clock of its WebRTC.</summary>
    public JumpingClock Clock { get; } = new();

    /// <summary>Ends with its session.</summary>
    public Task<ConnectException> Ended => _mac!.Ended;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<TestPhone> Pair(MacProcess mac, Func<Func<byte[]>, HttpMessageHandler>? signaling = null)
    {
        Assert.True(PairingLink.TryParse(await mac.Invite(), out var link, out string problem), problem);
        TestPhone? phone = null;
        var key = () => phone!._phone.Pairings.Load().Single().OfferKey ?? KeySchedule.OfferKey(link.Secret);
        phone = new TestPhone(signaling?.Invoke(key));
        phone._mac = await phone._phone.Pair(link, Cancellation);
        return phone;
    }

    /// <summary>A whole answer.</summary>
    public Task<string> Ask(string prompt) => Read(_mac!.Chat(new ChatMessage { Prompt = prompt }));

    /// <summary>Asks, and reads the first word only.</summary>
    public async Task<string> Begin(string prompt)
    {
        _chat = _mac!.Chat(new ChatMessage { Prompt = prompt });
        await foreach (var message in _chat.WithCancellation(Cancellation))
        {
            if (message is DeltaMessage delta)
            {
                return delta.Content;
            }
        }

        throw new InvalidOperationException("There was no answer.");
    }

    /// <summary>Reads on where it stopped.</summary>
    public Task<string> ReadOn() => Read(_chat!);

    /// <summary>What has arrived of a broken answer, then the rest over a new connection.</summary>
    public async Task<string> ComeBack()
    {
        var text = new StringBuilder();
        try
        {
            await foreach (var message in _chat!.WithCancellation(Cancellation))
            {
                text.Append(Content(message));
            }
        }
        catch (ConnectException)
        {
            // What arrived before the end counts.
        }

        await _mac!.DisposeAsync();
        _mac = await _phone.Open(_phone.Pairings.Load().Single(), Cancellation);
        return text + await Read(_mac.Resume(_chat!.Id, _chat.LastSeq));
    }

    public async ValueTask DisposeAsync()
    {
        if (_mac is not null)
        {
            await _mac.DisposeAsync();
        }

        await _phone.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<string> Read(ChatStream chat)
    {
        var text = new StringBuilder();
        Message? last = null;
        await foreach (var message in chat.WithCancellation(Cancellation))
        {
            text.Append(Content(message));
            last = message;
        }

        Assert.IsType<DoneMessage>(last);
        return text.ToString();
    }

    private static string Content(Message message) => message is DeltaMessage delta ? delta.Content : "";
}
