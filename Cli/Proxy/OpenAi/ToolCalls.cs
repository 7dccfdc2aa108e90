namespace QuicPair.Cli.Proxy.OpenAi;

/// <summary>
/// The tool calls of a conversation. OpenAI's results name their call by its id and come in any order; a Mac knows them
/// by the tool's name, and those of one tool by the order of the calls.
/// </summary>
internal sealed class ToolCalls
{
    private readonly Dictionary<string, (string Tool, int Place)> _calls = [];
    private int _count;

    /// <summary>A call; an id that is used again stands for the later one.</summary>
    public void Add(string id, string tool) => _calls[id] = (tool, _count++);

    /// <summary>The tool that was called; null when no such call is known.</summary>
    public string? Tool(string? id) => Find(id)?.Tool;

    /// <summary>The place of the call among all of them; the last when no such call is known.</summary>
    public int Place(string? id) => Find(id)?.Place ?? int.MaxValue;

    private (string Tool, int Place)? Find(string? id) =>
        id is not null && _calls.TryGetValue(id, out var call) ? call : null;
}
