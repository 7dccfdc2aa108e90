using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using QuicPair.Protocol.Messages;

namespace QuicPair.Client;

/// <summary>
/// One answer as it comes: waiting notices, thinking, deltas, tool calls, and exactly one end
/// (<see cref="DoneMessage"/> or <see cref="ErrorMessage"/>). A lost connection throws; the answer goes on at the Mac
/// and can be resumed after <see cref="LastSeq"/>.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "A stream of messages, not of bytes.")]
public sealed class ChatStream : IAsyncEnumerable<Message>
{
    private readonly Channel<Message> _messages = Channel.CreateUnbounded<Message>();
    private readonly Action<Message> _send;
    private volatile bool _isOver;

    internal ChatStream(string id, long after, Action<Message> send) => (Id, LastSeq, _send) = (id, after, send);

    /// <summary>The chat's id.</summary>
    public string Id { get; }

    /// <summary>The number of the last entry that was received; 0 before the first.</summary>
    public long LastSeq { get; private set; }

    /// <summary>Whether its end was received.</summary>
    internal bool IsOver => _isOver;

    /// <summary>Asks the Mac to stop; the end still comes.</summary>
    public void Cancel() => _send(new CancelMessage { Id = Id });

    /// <inheritdoc/>
    public async IAsyncEnumerator<Message> GetAsyncEnumerator(
        CancellationToken cancellationToken = default)
    {
        await foreach (var message in _messages.Reader.ReadAllAsync(cancellationToken))
        {
            yield return message;
        }
    }

    /// <summary>Takes a message of this chat; true when it is the end. Called by one thread.</summary>
    internal bool Take(Message message)
    {
        // QP/1 section 7: "The phone takes any seq greater than its last".
        if (Seq(message) is { } seq)
        {
            if (seq <= LastSeq)
            {
                return false;
            }

            LastSeq = seq;
        }

        _messages.Writer.TryWrite(message);
        var isEnd = message is DoneMessage or ErrorMessage;
        if (isEnd)
        {
            _isOver = true;
            _messages.Writer.TryComplete();
        }

        return isEnd;
    }

    internal void Fail(ConnectException reason) => _messages.Writer.TryComplete(reason);

    private static long? Seq(Message message) => message switch
    {
        DeltaMessage delta => delta.Seq,
        ThinkingMessage thinking => thinking.Seq,
        ToolCallMessage call => call.Seq,
        DoneMessage done => done.Seq,
        ErrorMessage error => error.Seq,
        _ => null,
    };
}
