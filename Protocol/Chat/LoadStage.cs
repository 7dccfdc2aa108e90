namespace QuicPair.Protocol.Chat;

/// <summary>What the runner does before the first token.</summary>
public enum LoadStage
{
    /// <summary><c>loading</c></summary>
    Loading,

    /// <summary><c>reading</c></summary>
    Reading,
}
