using System.Text;
using QuicPair.Client;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.EndToEnd.Turns;

/// <summary>A question of a phone, and what that phone hears of it, read as far as the test reads.</summary>
internal sealed class Question(PairedMac mac, string prompt)
{
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(5);

    private readonly ChatStream _chat = mac.Chat(new ChatMessage { Prompt = prompt });
    private readonly List<int> _places = [];

    public string Prompt { get; } = prompt;

    /// <summary>Every place in the queue that the phone was told, in order.</summary>
    public IReadOnlyList<int> Places => _places;

    /// <summary>Asks the Mac to stop; the end still comes.</summary>
    public void Stop() => _chat.Cancel();

    /// <summary>The next message of a kind.</summary>
    /// <exception cref="InvalidOperationException">The answer ended without it.</exception>
    public async Task<T> Next<T>()
        where T : Message
    {
        using var hang = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        hang.CancelAfter(Hang);
        await foreach (var message in _chat.WithCancellation(hang.Token))
        {
            if (message is QueuedMessage queued) _places.Add((int)queued.Position);
            if (message is T wanted) return wanted;
        }

        throw new InvalidOperationException($"The answer to \"{Prompt}\" has ended.");
    }

    /// <summary>The place that the phone is told next.</summary>
    public async Task<int> Place()
    {
        await Next<QueuedMessage>();
        return _places[^1];
    }

    /// <summary>Waits until the phone is told that place.</summary>
    public async Task Reaches(int place)
    {
        while (await Place() != place)
        {
            // Places on the way to it are said at most once a second, so not all of them.
        }
    }

    /// <summary>The text of the answer, once it is whole.</summary>
    public async Task<string> Answer()
    {
        var text = new StringBuilder();
        while (true)
        {
            switch (await Next<Message>())
            {
                case DeltaMessage delta:
                    text.Append(delta.Content);
                    break;
                case DoneMessage:
                    return text.ToString();
                case ErrorMessage error:
                    throw new InvalidOperationException($"The answer to \"{Prompt}\" failed: {error.Code}.");
                default:
                    break;
            }
        }
    }
}
