using System.Net;
using Npgsql;

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

    /// <summary>
    /// The PostgreSQL database of a household of several Macs, as an Npgsql connection string. It keeps the list of
    /// members and the grain state. Empty (the default): state stays in this machine's SQLite file.
    /// </summary>
    public string ConnectionString { get; set; } = string.Empty;

    /// <summary>A file that holds <see cref="ConnectionString"/>, for one that has a password. Default: none.</summary>
    public string ConnectionStringFile { get; set; } = string.Empty;

    /// <summary>
    /// The folder with this member's certificate. Empty (the default): <c>household</c> in the data folder. Without a
    /// certificate a silo talks to processes of its own machine only.
    /// </summary>
    public string Certificates { get; set; } = string.Empty;

    /// <summary>The address or host name at which the other silos reach this one. Default: loopback.</summary>
    public string Address { get; set; } = IPAddress.Loopback.ToString();

    /// <summary>The port at which the other silos reach this one; 0 (the default) takes a free one.</summary>
    public int Port { get; set; }

    /// <summary>
    /// The database that either setting names, with limits fit for a daemon; null when this household needs none.
    /// </summary>
    /// <exception cref="FormatException">The setting cannot be read.</exception>
    public string? Database()
    {
        var text = ConnectionString;
        if (ConnectionStringFile.Length > 0)
        {
            text = File.Exists(ConnectionStringFile)
                ? File.ReadAllText(ConnectionStringFile).Trim()
                : throw new FormatException($"{Section}:ConnectionStringFile names no file.");
        }

        return text.Length == 0 ? null : WithLimits(text);
    }

    private static string WithLimits(string text)
    {
        try
        {
            // Ours: a database that does not answer by then is away; what was written comes last and wins.
            var limits = new NpgsqlConnectionStringBuilder
            {
                ApplicationName = "quicpair",
                Timeout = 5,
                CommandTimeout = 10,
                KeepAlive = 10,
                MaxPoolSize = 16,
            };
            return new NpgsqlConnectionStringBuilder($"{limits.ConnectionString};{text}").ConnectionString;
        }
        catch (ArgumentException)
        {
            // The message of the cause may repeat a password.
            throw new FormatException($"{Section}:ConnectionString is not an Npgsql connection string.");
        }
    }
}
