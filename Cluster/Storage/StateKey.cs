namespace QuicPair.Cluster.Storage;

/// <summary>A key that seals stored grain state, with the id by which a sealed record names it.</summary>
public sealed class StateKey
{
    /// <summary>The length of a key in bytes.</summary>
    public const int Length = 32;

    private readonly byte[] _bytes;

    /// <summary>Takes a key.</summary>
    /// <param name="id">What a sealed record calls it.</param>
    /// <param name="bytes">32 bytes; they are copied.</param>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public StateKey(byte id, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
        {
            throw new ArgumentException("A state key has 32 bytes.", nameof(bytes));
        }

        Id = id;
        _bytes = bytes.ToArray();
    }

    /// <summary>What a sealed record calls it.</summary>
    public byte Id { get; }

    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The id; never the key.</summary>
    public override string ToString() => $"state key {Id}";
}
