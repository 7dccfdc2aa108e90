namespace QuicPair.Protocol.Messages;

/// <summary>One JSON message inside data frames (QP/1 sections 5 and 7).</summary>
public abstract record Message
{
    private protected Message()
    {
    }

    /// <summary>Its name on the wire.</summary>
    public abstract string Op { get; }

    /// <summary>
    /// The chat or request that it belongs to: 1 to 64 of <c>[A-Za-z0-9_-]</c>; null without one.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>The op only: content is shown to nobody but the two ends.</summary>
    public sealed override string ToString() => Op;
}
