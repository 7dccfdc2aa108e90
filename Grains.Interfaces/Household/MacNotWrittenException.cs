namespace QuicPair.Grains.Interfaces.Household;

/// <summary>The Mac could not write what was asked for: its disk is full, say. Nothing was changed.</summary>
[GenerateSerializer, Alias("quicpair.MacNotWritten")]
public sealed class MacNotWrittenException : Exception
{
    /// <summary>Says that nothing was written.</summary>
    public MacNotWrittenException()
        : this("The Mac could not write it.")
    {
    }

    /// <summary>Says what was not written.</summary>
    public MacNotWrittenException(string message)
        : base(message)
    {
    }

    /// <summary>Says what was not written, and why.</summary>
    public MacNotWrittenException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
