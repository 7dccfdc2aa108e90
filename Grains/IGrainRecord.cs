namespace QuicPair.Grains;

/// <summary>
/// What a grain stores. The seal of the storage does not see whose record it seals, so the record names its
/// grain and the grain checks it when it loads.
/// </summary>
public interface IGrainRecord
{
    /// <summary>The version of the record's shape.</summary>
    int Schema { get; }

    /// <summary>The key of the grain that wrote it; empty in one that nobody wrote.</summary>
    string Key { get; }
}
