namespace QuicPair.Cluster.Storage;

/// <summary>A stored record cannot be opened: another key sealed it, or its bytes were changed.</summary>
[GenerateSerializer, Alias("quicpair.SealedStateException")]
public sealed class SealedStateException : Exception
{
    /// <summary>Says that a record cannot be opened.</summary>
    public SealedStateException()
    {
    }

    /// <summary>Says why a record cannot be opened, without its content.</summary>
    public SealedStateException(string message)
        : base(message)
    {
    }

    /// <summary>Says why a record cannot be opened, without its content, and what was seen.</summary>
    public SealedStateException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
