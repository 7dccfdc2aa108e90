namespace QuicPair.Protocol.Chat;

/// <summary>Who said a turn of a conversation.</summary>
public enum ChatRole
{
    /// <summary><c>system</c></summary>
    System,

    /// <summary><c>user</c></summary>
    User,

    /// <summary><c>assistant</c></summary>
    Assistant,

    /// <summary><c>tool</c></summary>
    Tool,
}
