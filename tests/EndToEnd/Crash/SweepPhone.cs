using QuicPair.Client;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;

namespace QuicPair.EndToEnd.Crash;

/// <summary>A phone that pairs and chats until its Mac is killed, and comes back later.</summary>
internal sealed class SweepPhone(string folder)
{
    private readonly PhoneOptions _options = new()
    {
        Name = "sweep",
        StorePath = Path.Combine(folder, "pairings.json"),
    };

    /// <summary>Where it keeps its pairing.</summary>
    public string Folder => folder;

    /// <summary>Whether it was told that the pairing is complete.</summary>
    public bool HasPaired { get; private set; }

    /// <summary>Pairs and asks; ends early when <paramref name="killed"/> says so.</summary>
    public async Task Meet(PairingLink link, Footsteps steps, CancellationToken killed)
    {
        using var signaling = new Counting(steps);
        await using var phone = new Phone(_options with
        {
            HttpHandler = signaling,
            ShowCode = _ => steps.Count(Footstep.PhoneStep),
        });
        try
        {
            await using var mac = await phone.Pair(link, killed);
            HasPaired = true;
            await foreach (var message in mac.Chat(new ChatMessage { Prompt = "Hello" }).WithCancellation(killed))
            {
                steps.Count(Footstep.PhoneStep);
            }
        }
        catch (Exception failure) when (failure is ConnectException or OperationCanceledException)
        {
            // The Mac is gone, which is what this is about.
        }
    }

    /// <summary>Comes back, by the same link only when it never learned that it is paired, and asks.</summary>
    public async Task<Message?> ComeBack(PairingLink link, CancellationToken cancellation)
    {
        await using var phone = new Phone(_options);
        await using var mac = HasPaired
            ? await phone.Open(phone.Pairings.Load().Single(), cancellation)
            : await phone.Pair(link, cancellation);
        HasPaired = true;
        Message? last = null;
        await foreach (var message in mac.Chat(new ChatMessage { Prompt = "Hello" }).WithCancellation(cancellation))
        {
            last = message;
        }

        return last;
    }

    private sealed class Counting(Footsteps steps) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            steps.Count(Footstep.PhoneStep);
            var response = await base.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            steps.Count(Footstep.PhoneStep);
            return response;
        }
    }
}
