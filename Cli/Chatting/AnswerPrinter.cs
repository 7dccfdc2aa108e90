using System.Diagnostics;
using System.Text;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Codec;
using QuicPair.Protocol.Messages;

namespace QuicPair.Cli.Chatting;

/// <summary>Prints one answer as it comes.</summary>
internal sealed class AnswerPrinter(Terminal terminal, bool json)
{
    private readonly StringBuilder _text = new();
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private string? _notice;

    /// <summary>The answer so far.</summary>
    public string Text => _text.ToString();

    /// <summary>From the question to the first text of the answer.</summary>
    public TimeSpan? FirstTokenAfter { get; private set; }

    public void Print(Message message)
    {
        if (json)
        {
            terminal.Out.WriteLine(Encoding.UTF8.GetString(MessageWriter.Write(message)));
            terminal.Out.Flush();
        }

        switch (message)
        {
            case DeltaMessage delta:
                FirstTokenAfter ??= Stopwatch.GetElapsedTime(_startedAt);
                _text.Append(delta.Content);
                Show(delta.Content);
                break;
            case QueuedMessage queued:
                Notice($"Waiting: {queued.Position} ahead.");
                break;
            case StatusMessage { Stage: LoadStage.Loading }:
                Notice("The Mac loads the model.");
                break;
            case StatusMessage { Stage: LoadStage.Reading }:
                Notice("The model reads the prompt.");
                break;
            default:
                break;
        }
    }

    /// <summary>Prints an end that did not come from the Mac, and gives it.</summary>
    public ErrorMessage End(ErrorMessage end)
    {
        Print(end);
        return end;
    }

    /// <summary>Ends the last line.</summary>
    public void Finish() => terminal.EndAnswer();

    private void Show(string text)
    {
        if (!json)
        {
            terminal.Answer(text);
        }
    }

    // The Mac repeats it whenever the answer is taken up.
    private void Notice(string text)
    {
        if (json || text == _notice) return;
        _notice = text;
        terminal.Note(text);
    }
}
