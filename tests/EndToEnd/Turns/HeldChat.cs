using System.Threading.Channels;

namespace QuicPair.EndToEnd.Turns;

/// <summary>A chat that has reached the runner: it says what the test has it say, when the test does.</summary>
internal sealed class HeldChat(string prompt)
{
    private readonly Channel<string> _words = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is asked.</summary>
    public string Prompt => prompt;

    /// <summary>Ends when whoever asks closes the connection before the end of the answer.</summary>
    public Task Closed => _closed.Task;

    /// <summary>What it says; complete with the answer.</summary>
    public ChannelReader<string> Words => _words.Reader;

    public void Say(string word) => _words.Writer.TryWrite(word);

    /// <summary>Ends the answer.</summary>
    public void Finish() => _words.Writer.TryComplete();

    /// <summary>The connection is closed.</summary>
    public void Close() => _closed.TrySetResult();
}
