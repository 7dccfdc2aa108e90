using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Protocol.Codec;
using QuicPair.Protocol.Messages;
using QuicPair.Silo.Answers;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Tests.Answers;

/// <summary>An answer book with its clock and runner, and readers of it.</summary>
internal sealed class AnswerDesk : IDisposable
{
    public const string Phone = "aaaaaaaaaaaaaaaa";
    public const string Tablet = "bbbbbbbbbbbbbbbb";

    public AnswerDesk(int parallel = 1, int maxWaiting = 64, int firstTokenSeconds = 900)
    {
        var options = new RunnerOptions
        {
            Parallel = parallel,
            MaxWaiting = maxWaiting,
            FirstTokenSeconds = firstTokenSeconds,
        };
        Work = new ChatWork(Runner, new ModelCatalog(Runner, options), options, Time, NullLogger<ChatWork>.Instance);
        Book = new AnswerBook(options, Work, Time);
    }

    public FakeTimeProvider Time { get; } = new();

    public ScriptedRunner Runner { get; } = new();

    public ChatWork Work { get; }

    public AnswerBook Book { get; }

    public Answer Ask(string? id, string device = Phone, bool streamed = true) =>
        Assert.IsType<AnswerStart.Accepted>(Try(id, device, streamed)).Answer;

    public AnswerStart Try(string? id, string device = Phone, bool streamed = true) =>
        Book.Start(device, id, new RunnerChat("m", [new RunnerMessage("user", id ?? "")]), streamed);

    public void Dispose() => Book.Dispose();

    /// <summary>A connection that reads an answer.</summary>
    internal sealed class Reader
    {
        private readonly Channel<bool> _signals = Channel.CreateUnbounded<bool>();
        private readonly AnswerSubscription _subscription;

        public Reader(Answer answer, long after = 0) =>
            _subscription = answer.Subscribe(after, () => _signals.Writer.TryWrite(true));

        public bool IsOver => _subscription.IsOver;

        /// <summary>The next message as JSON, once there is one.</summary>
        public async Task<string> Next()
        {
            while (true)
            {
                if (Now() is { } message) return message;
                await _signals.Reader.ReadAsync(TestContext.Current.CancellationToken);
            }
        }

        /// <summary>The next message as JSON, or null.</summary>
        public string? Now() => _subscription.TryTake(out Message? message)
            ? Encoding.UTF8.GetString(MessageWriter.Write(message))
            : null;

        public async Task<List<string>> ToEnd()
        {
            var messages = new List<string>();
            while (!IsOver) messages.Add(await Next());
            return messages;
        }
    }
}
