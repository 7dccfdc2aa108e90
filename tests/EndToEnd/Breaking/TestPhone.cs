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

    private TestPhone(HttpMessageHandler? signaling, bool relayOnly) => _phone = new Phone(new PhoneOptions
    {
        Name = "test",
        StorePath = Path.Combine(_folder, "pairings.json"),
        HttpHandler = signaling,
        Rtc = new RtcHostOptions { AdvertiseLoopback = true, TimeProvider = Clock },
        RelayOnly = relayOnly,
    });

    /// <summary>The clock of its WebRTC.</summary>
    public JumpingClock Clock { get; } = new();

    /// <summary>The way that packets take, at this moment.</summary>
    public PathKind Way => _mac!.Path;

    /// <summary>Ends with its session.</summary>
    public Task<ConnectException> Ended => _mac!.Ended;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<TestPhone> Pair(
        MacProcess mac, Func<Func<byte[]>, HttpMessageHandler>? signaling = null, bool relayOnly = false)
    {
        Assert.True(PairingLink.TryParse(await mac.Invite(), out var link, out string problem), problem);
        TestPhone? phone = null;
        var key = () => phone!._phone.Pairings.Load().Single().OfferKey ?? KeySchedule.OfferKey(link.Secret);
        phone = new TestPhone(signaling?.Invoke(key), relayOnly);
        phone._mac = await phone._phone.Pair(link, Cancellation);
        return phone;
    }

    /// <summary>A whole answer.</summary>
    public Task<string> Ask(string prompt) => Read(_mac!.Chat(new ChatMessage { Prompt = prompt }));

    /// <summary>A whole answer with its end.</summary>
    public async Task<(string Text, DoneMessage End)> AskWithEnd(ChatMessage request)
    {
        var messages = await _mac!.Chat(request).ToListAsync(Cancellation);
        return (string.Concat(messages.Select(Content)), Assert.IsType<DoneMessage>(messages[^1]));
    }

    /// <summary>Asks, and reads nothing.</summary>
    public void Begin(string prompt) => Begin(new ChatMessage { Prompt = prompt });

    /// <inheritdoc cref="Begin(string)"/>
    public void Begin(ChatMessage request) => _chat = _mac!.Chat(request);

    /// <summary>Asks, and reads the first word only.</summary>
    public Task<string> FirstWord(string prompt)
    {
        Begin(prompt);
        return ReadUntil(_ => true);
    }

    /// <summary>Reads on until the text that this reads is enough.</summary>
    public async Task<string> ReadUntil(Func<string, bool> isEnough)
    {
        var text = new StringBuilder();
        await foreach (var message in _chat!.WithCancellation(Cancellation))
        {
            text.Append(Content(message));
            if (message is DeltaMessage && isEnough(text.ToString()))
            {
                return text.ToString();
            }
        }

        throw new InvalidOperationException($"The answer ended with: {text}");
    }

    /// <summary>Says goodbye in the middle of whatever it is.</summary>
    public ValueTask Leave() => _mac!.DisposeAsync();

    /// <summary>Reads on where it stopped.</summary>
    public Task<string> ReadOn() => Read(_chat!);

    /// <summary>What comes of an answer, and whether it is all of it: the session may end before.</summary>
    public async Task<(string Text, bool IsWhole)> ReadWhatComes()
    {
        var text = new StringBuilder();
        try
        {
            await foreach (var message in _chat!.WithCancellation(Cancellation))
            {
                text.Append(Content(message));
            }

            return (text.ToString(), true);
        }
        catch (ConnectException)
        {
            // What arrived before the end counts.
            return (text.ToString(), false);
        }
    }

    /// <summary>What has arrived of a broken answer, then the rest, if there is one, over a new connection.</summary>
    public async Task<string> ComeBack()
    {
        var (text, isWhole) = await ReadWhatComes();
        await _mac!.DisposeAsync();
        _mac = await _phone.Open(_phone.Pairings.Load().Single(), Cancellation);
        return isWhole ? text : text + await Read(_mac.Resume(_chat!.Id, _chat.LastSeq));
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
