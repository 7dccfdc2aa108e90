namespace QuicPair.Protocol.Chat;

/// <summary>A model in memory.</summary>
public sealed record RunningModel
{
    /// <summary>Its exact name.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes in memory; null when not known.</summary>
    public long? Size { get; init; }

    /// <summary>Bytes of these in the graphics processor's memory; null when not known.</summary>
    public long? VideoMemory { get; init; }

    /// <summary>Its context, tokens; null when not known.</summary>
    public long? ContextLength { get; init; }

    /// <summary>When it leaves memory unless used, Unix seconds; null when not known.</summary>
    public long? Until { get; init; }
}
