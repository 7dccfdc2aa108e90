using System.CommandLine;
using QuicPair.Protocol.Messages;

namespace QuicPair.Cli.Chatting;

/// <summary>The options that name an answer which goes on at the Mac: <c>--resume ID --after SEQ</c>.</summary>
internal sealed class ResumeOptions
{
    public Option<string?> Id { get; } = new("--resume")
    {
        Description = "Take up the answer of that id, kept for 10 minutes after it ended; in place of a prompt.",
    };

    public Option<long> After { get; } = new("--after")
    {
        Description = "With --resume: only what comes behind the entry of that number (seq).",
    };

    /// <summary>Whether they can be used together, and with a prompt or without.</summary>
    public bool TryRead(ParseResult parsed, bool hasPrompt, out (string Id, long After)? answer, out string problem)
    {
        var (id, after) = (parsed.GetValue(Id), parsed.GetValue(After));
        answer = id is null ? null : (id, after);
        problem = id switch
        {
            null => after == 0 ? "" : "Say which answer, too: --resume ID --after SEQ",
            _ when !MessageId.IsValid(id) => "That is not the id of an answer; chat --json prints it.",
            _ when after < 0 => "Entries are counted from 1.",
            _ => hasPrompt ? "An answer is taken up without a prompt." : "",
        };
        return problem.Length == 0;
    }
}
