namespace QuicPair.Grains.Interfaces;

/// <summary>
/// The silo that owns a grain is not in the cluster. It derives from <see cref="Exception"/> and not from
/// Orleans's own exceptions, because the runtime retries those before the caller hears of them.
/// </summary>
[GenerateSerializer, Alias("quicpair.MacUnavailable")]
public sealed class MacUnavailableException : Exception
{
    /// <summary>Says that nobody is there.</summary>
    public MacUnavailableException()
        : this(string.Empty)
    {
    }

    /// <summary>Names the silo that is not there.</summary>
    /// <param name="mac">The silo name: a Mac's id, or a front door's name.</param>
    public MacUnavailableException(string mac)
        : this(mac, null)
    {
    }

    /// <summary>Names the silo that is not there, with a cause.</summary>
    /// <param name="mac">The silo name: a Mac's id, or a front door's name.</param>
    /// <param name="innerException">What was seen.</param>
    public MacUnavailableException(string mac, Exception? innerException)
        : base("The Mac is not in the cluster.", innerException) => Mac = mac;

    /// <summary>The silo name: a Mac's id, or a front door's name.</summary>
    [Id(0)]
    public string Mac { get; private set; }
}
