namespace QuicPair.Cli.Chatting;

/// <summary>What a conversation has needed to stay connected.</summary>
/// <param name="Connections">Connections made, the first one included.</param>
/// <param name="Restarts">Paths found anew under a living connection.</param>
internal sealed record PathChanges(int Connections, int Restarts);
