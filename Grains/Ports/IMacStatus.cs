namespace QuicPair.Grains.Ports;

/// <summary>What this Mac tells the household about itself.</summary>
public interface IMacStatus
{
    /// <summary>The Mac's name for people.</summary>
    string Name { get; }

    /// <summary>
    /// Which runner serves, for people: <c>Ollama 0.12.3 at 127.0.0.1:11434</c> or <c>built-in</c>.
    /// </summary>
    string Runner { get; }

    /// <summary>Whether the runner did not answer when it was asked last.</summary>
    bool IsRunnerSilent { get; }

    /// <summary>The names of the models that the runner has.</summary>
    IReadOnlyList<string> Models { get; }

    /// <summary>The names of the models that are in memory.</summary>
    IReadOnlyList<string> Loaded { get; }

    /// <summary>Chats that the runner works on.</summary>
    int Running { get; }

    /// <summary>Chats that wait for the runner.</summary>
    int Waiting { get; }

    /// <summary>Tokens per second of the last finished chat, or null when none has finished.</summary>
    double? TokensPerSecond { get; }

    /// <summary>Phones with a live session.</summary>
    int Connected { get; }
}
