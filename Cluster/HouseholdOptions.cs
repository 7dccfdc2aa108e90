using System.Globalization;
using System.Net;
using Npgsql;
using QuicPair.Cluster.Door;

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

    /// <summary>
    /// The address or host name at which the other silos reach this one; <c>auto</c> has it found at each start
    /// (<see cref="OwnAddress"/>). Default: loopback.
    /// </summary>
    public string Address { get; set; } = IPAddress.Loopback.ToString();

    /// <summary>The port at which the other silos reach this one; 0 (the default) takes a free one.</summary>
    public int Port { get; set; }

    /// <summary>
    /// The front door's mutual-TLS port, <c>host:port</c>, through which this Mac reaches the database and the front
    /// door, and they reach it. The connection string then needs no host. Empty (the default): all are dialled.
    /// </summary>
    public string Door { get; set; } = string.Empty;

    /// <summary>
    /// Where this process is the door for the household's Macs, <c>address:port</c>, such as <c>[::]:11112</c>, which
    /// is every address of both families. Empty (the default): it is none.
    /// </summary>
    public string DoorListen { get; set; } = string.Empty;

    /// <summary>
    /// The folder of the Unix socket through which the driver finds the door; no setting. Empty (the default): the one
    /// of <see cref="Certificates"/>. A second process beside the daemon has one of its own.
    /// </summary>
    internal string LinkFolder { get; set; } = string.Empty;

    /// <summary>Where that socket is.</summary>
    internal string LinkAt => Path.GetFullPath(LinkFolder.Length > 0 ? LinkFolder : Certificates);

    /// <summary>
    /// The database that either setting names, with limits fit for a daemon; null when this household needs none.
    /// </summary>
    /// <exception cref="FormatException">The setting cannot be read.</exception>
    public string? Database()
    {
        var text = WrittenDatabase();
        return text.Length == 0 ? null : WithLimits(text, DoorAt() is null ? null : LinkAt);
    }

    /// <summary>What either setting has for the database, as it is written; empty when neither has anything.</summary>
    /// <exception cref="FormatException">There is no such file.</exception>
    public string WrittenDatabase()
    {
        if (ConnectionStringFile.Length == 0)
        {
            return ConnectionString;
        }

        return File.Exists(ConnectionStringFile)
            ? File.ReadAllText(ConnectionStringFile).Trim()
            : throw new FormatException($"{Section}:ConnectionStringFile names no file.");
    }

    /// <summary>
    /// The hosts at which the database is dialled, without their ports; none where it is reached through the door, or
    /// by a socket of this machine.
    /// </summary>
    /// <exception cref="FormatException">The setting cannot be read.</exception>
    public IReadOnlyList<string> DatabaseHosts() => DoorAt() is null && Database() is { } database
        ? [.. DatabasePlaces.Of(database).OfType<DnsEndPoint>().Select(place => place.Host)]
        : [];

    /// <summary>The door that this process goes through; null when it is the door, or there is none.</summary>
    /// <exception cref="FormatException">The setting cannot be read.</exception>
    internal DnsEndPoint? DoorAt()
    {
        if (Door.Length == 0 || DoorListen.Length > 0)
        {
            return null;
        }

        var at = Door.LastIndexOf(':');
        return at > 0 && ushort.TryParse(Door.AsSpan(at + 1), CultureInfo.InvariantCulture, out var port) && port > 0
            ? new DnsEndPoint(Door[..at].Trim('[', ']'), port)
            : throw new FormatException($"{Section}:Door is not host:port.");
    }

    /// <summary>Where this process is the door; null when it is none.</summary>
    /// <exception cref="FormatException">The setting cannot be read.</exception>
    internal IPEndPoint? DoorListensAt() => DoorListen.Length == 0 ? null
        : IPEndPoint.TryParse(DoorListen, out var at) && at.Port > 0 ? at
        : throw new FormatException($"{Section}:DoorListen is not address:port.");

    private static string WithLimits(string text, string? link)
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
            var found = new NpgsqlConnectionStringBuilder($"{limits.ConnectionString};{text}");
            if (link is not null)
            {
                (found.Host, found.Port) = (link, DoorLink.DatabasePort);
            }

            return found.ConnectionString;
        }
        catch (ArgumentException)
        {
            // The message of the cause may repeat a password.
            throw new FormatException($"{Section}:ConnectionString is not an Npgsql connection string.");
        }
    }
}
