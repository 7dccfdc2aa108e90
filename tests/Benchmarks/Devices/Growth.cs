using QuicPair.Benchmarks.Path;

namespace QuicPair.Benchmarks.Devices;

/// <summary>What a number of paired devices comes to on one Mac.</summary>
/// <param name="Devices">How many.</param>
/// <param name="Times">What was timed, by stage.</param>
internal sealed record Growth(int Devices, StageTimes Times)
{
    /// <summary>Rows of grain state.</summary>
    public long Rows { get; init; }

    /// <summary>Bytes of the table, or of the file, that has them.</summary>
    public long StateBytes { get; init; }

    /// <summary>Bytes of the key file.</summary>
    public long KeyFileBytes { get; init; }

    /// <summary>The first start; over a database it carries the rows there.</summary>
    public TimeSpan FirstStart { get; init; }

    /// <summary>A later start.</summary>
    public TimeSpan Start { get; init; }

    /// <summary>Resident memory right after that start.</summary>
    public double ResidentMebibytes { get; init; }

    /// <summary>Devices that the operator's page would show.</summary>
    public int Shown { get; init; }

    /// <summary>Pairings whose grains are in memory after that.</summary>
    public int Awake { get; init; }

    /// <summary>Resident memory then.</summary>
    public double AwakeMebibytes { get; init; }
}
