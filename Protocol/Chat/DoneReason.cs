namespace QuicPair.Protocol.Chat;

/// <summary>Why an answer is complete.</summary>
public enum DoneReason
{
    /// <summary><c>stop</c></summary>
    Stop,

    /// <summary><c>length</c></summary>
    Length,
}
