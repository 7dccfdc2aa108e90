using System.Text.Json;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace QuicPair.Cluster.Storage;

/// <summary>
/// Grain state of which some may be sealed under a key that is gone: a Mac that was restored has its pairings, which
/// are in its key file, and not its state key. Such a record counts as none, and the next write replaces it. Names and
/// times are lost with it. A record that opens and has another shape is refused as ever.
/// </summary>
internal sealed partial class ForgivingStateSerializer(
    SealedStateSerializer inner, ILogger<ForgivingStateSerializer> log) : IGrainStorageSerializer
{
    private int _told;

    /// <inheritdoc/>
    public BinaryData Serialize<T>(T? input) => inner.Serialize(input);

    /// <inheritdoc/>
    /// <returns>The record; null when it cannot be opened.</returns>
    /// <exception cref="SealedStateException">The record does not have the expected shape.</exception>
    public T? Deserialize<T>(BinaryData input)
    {
        try
        {
            return inner.Deserialize<T>(input);
        }
        catch (SealedStateException failure) when (failure.InnerException is not JsonException)
        {
            if (Interlocked.Exchange(ref _told, 1) == 0)
            {
                LogLost();
            }

            return default;
        }
    }

    [LoggerMessage(
        1, LogLevel.Warning,
        "Stored state is sealed under another key and counts as absent: names and times of before are lost.")]
    private partial void LogLost();
}
