namespace QuicPair.Cluster.Storage;

/// <summary>The household's database is not of this program's age.</summary>
public sealed class SchemaException : Exception
{
    /// <summary>Says that the schema does not fit.</summary>
    public SchemaException()
    {
    }

    /// <summary>Says what does not fit.</summary>
    public SchemaException(string message)
        : base(message)
    {
    }

    /// <summary>Says what does not fit, and why.</summary>
    public SchemaException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
