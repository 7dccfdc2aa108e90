namespace QuicPair.Grains;

/// <summary>A stored record does not belong where it was found, or cannot be read by this version.</summary>
[GenerateSerializer, Alias("quicpair.RecordException")]
public sealed class RecordException : Exception
{
    /// <summary>Says that a record cannot be used.</summary>
    public RecordException()
    {
    }

    /// <summary>Says what is wrong with the record, without its content.</summary>
    public RecordException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong with the record, without its content, and why.</summary>
    public RecordException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
