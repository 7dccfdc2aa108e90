using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace QuicPair.Cluster;

/// <summary>
/// Where a connection string has the driver look for its database, read as the driver does: a list of hosts, each with
/// a port of its own or without; a folder is that of a Unix socket.
/// </summary>
internal static class DatabasePlaces
{
    private const string Default = "localhost";

    /// <summary>
    /// The places in their order, one at least: a <see cref="DnsEndPoint"/>, or a
    /// <see cref="UnixDomainSocketEndPoint"/>.
    /// </summary>
    /// <param name="database">An Npgsql connection string.</param>
    /// <exception cref="FormatException">It names no host, or the path of a socket is too long.</exception>
    public static IReadOnlyList<EndPoint> Of(string database)
    {
        var found = new NpgsqlConnectionStringBuilder(database);
        var hosts = (string.IsNullOrEmpty(found.Host) ? Default : found.Host)
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (hosts.Length == 0)
        {
            throw new FormatException($"{HouseholdOptions.Section}:ConnectionString names no host.");
        }

        return [.. hosts.Select(host => Place(host, found.Port))];
    }

    private static EndPoint Place(string host, int port)
    {
        if (Path.IsPathRooted(host))
        {
            var path = Path.Combine(host, $".s.PGSQL.{port}");
            return SocketPath.Fits(path)
                ? new UnixDomainSocketEndPoint(path)
                : throw new FormatException($"The path {path} is too long for a socket.");
        }

        // In an IPv6 address without brackets every colon is its own.
        var at = host.LastIndexOf(':');
        var isPortBehind = at > 0 && (host.IndexOf(':', StringComparison.Ordinal) == at || host[at - 1] == ']');
        return isPortBehind && ushort.TryParse(host.AsSpan(at + 1), CultureInfo.InvariantCulture, out var own)
            ? new DnsEndPoint(host[..at].Trim('[', ']'), own)
            : new DnsEndPoint(host.Trim('[', ']'), port);
    }
}
