using QuicPair.Protocol.Chat;

namespace QuicPair.Client.Translation;

/// <summary>
/// A conversation whose tool results name their call by its id and come in any order; a Mac knows them by the tool's
/// name, and those of one tool by the order of the calls.
/// </summary>
internal sealed class Conversation
{
    private const int NoResult = -1;

    private readonly Dictionary<string, (string Tool, int Place)> _calls = [];
    private readonly List<(ChatTurn Turn, int Place)> _turns = [];
    private int _count;

    /// <summary>The turns so far; results that stand together are in the order of their calls.</summary>
    public IReadOnlyList<ChatTurn> Turns => [.. _turns.Select(each => each.Turn)];

    /// <summary>A call; an id that is used again stands for the later one.</summary>
    public void AddCall(string id, string tool) => _calls[id] = (tool, _count++);

    /// <summary>The tool that was called; null when no such call is known.</summary>
    public string? Tool(string? id) => Find(id)?.Tool;

    /// <summary>A turn that is no result.</summary>
    public void Add(ChatTurn turn) => _turns.Add((turn, NoResult));

    /// <summary>The result of a call; that of no known call is the last of those that stand together.</summary>
    public void AddResult(ChatTurn turn, string? id)
    {
        var (place, at) = (Find(id)?.Place ?? int.MaxValue, _turns.Count);
        while (at > 0 && _turns[at - 1].Place > place) at--;
        _turns.Insert(at, (turn, place));
    }

    private (string Tool, int Place)? Find(string? id) =>
        id is not null && _calls.TryGetValue(id, out var call) ? call : null;
}
