using System.Text;
using QuicPair.Protocol.Codec;
using QuicPair.Protocol.Messages.Models;

namespace QuicPair.Cli.Models;

/// <summary>Says how far a pull is: a line of JSON for each step, or a line for people when the step changes.</summary>
internal sealed class PullProgress(Terminal terminal, bool json) : IProgress<ProgressMessage>
{
    private string _last = "";

    public void Report(ProgressMessage value)
    {
        if (json)
        {
            terminal.Out.WriteLine(Encoding.UTF8.GetString(MessageWriter.Write(value)));
            terminal.Out.Flush();
            return;
        }

        var percent = value is { Completed: { } done, Total: > 0 and { } total } ? $" {done * 100 / total} %" : "";
        var line = Terminal.Harmless(value.Status) + percent;
        if (line != _last)
        {
            _last = line;
            terminal.Note(line);
        }
    }
}
