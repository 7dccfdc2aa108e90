using System.Net;

namespace QuicPair.Cluster;

/// <summary>How a silo joins its household. Configuration section <c>Cluster</c>.</summary>
public sealed class HouseholdOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Cluster";

    /// <summary>
    /// The silo that keeps the list of members, as <c>host:port</c>. Empty (the default): this process is
    /// the whole household and accepts no connection from another silo.
    /// </summary>
    public string Primary { get; set; } = string.Empty;

    /// <summary>The address or host name at which the other silos reach this one. Default: loopback.</summary>
    public string Address { get; set; } = IPAddress.Loopback.ToString();

    /// <summary>The port at which the other silos reach this one; 0 (the default) takes a free one.</summary>
    public int Port { get; set; }
}
