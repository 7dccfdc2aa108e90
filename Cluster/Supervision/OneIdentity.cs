using System.Net;
using System.Net.Sockets;
using Npgsql;
using QuicPair.Cluster.Certificates;

namespace QuicPair.Cluster.Supervision;

/// <summary>
/// A Mac's keys serve in one process. Before a silo starts: whether a living one has its name already, at another
/// address, because a data folder was copied.
/// </summary>
public static class OneIdentity
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Looks for another living silo of a name.</summary>
    /// <param name="name">The silo name.</param>
    /// <param name="options">The household; one without a database or certificates has nobody to ask.</param>
    /// <returns>Where the other one is, or null.</returns>
    /// <exception cref="FormatException">A host name is not known.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public static async Task<IPEndPoint?> FindOther(string name, HouseholdOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Database() is not { } database || MemberCertificate.Open(options.Certificates) is not { } own)
        {
            return null;
        }

        using var certificate = own;
        var self = new IPEndPoint(OwnAddress.Find(options.Address).Advertised, options.Port);
        foreach (var at in await Listed(name, database))
        {
            if (!at.Equals(self) && await Lives(at, name, certificate))
            {
                return at;
            }
        }

        return null;
    }

    private static async Task<List<IPEndPoint>> Listed(string name, string database)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var exists = new NpgsqlCommand(
            "SELECT to_regclass('OrleansMembershipTable') IS NOT NULL", connection);
        if (!(bool)(await exists.ExecuteScalarAsync())!)
        {
            return [];
        }

        await using var command = new NpgsqlCommand(
            "SELECT Address, Port FROM OrleansMembershipTable WHERE SiloName = $1 AND Status = 3", connection);
        command.Parameters.Add(new() { Value = name });
        await using var rows = await command.ExecuteReaderAsync();
        var found = new List<IPEndPoint>();
        while (await rows.ReadAsync())
        {
            found.Add(new IPEndPoint(IPAddress.Parse(rows.GetString(0)), rows.GetInt32(1)));
        }

        return found;
    }

    private static async Task<bool> Lives(IPEndPoint at, string name, MemberCertificate certificate)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await MemberDial.Check(at, name, certificate, limit.Token);
            return true;
        }
        catch (Exception failure) when (failure is SocketException or IOException or CertificateException
            or OperationCanceledException)
        {
            return false;
        }
    }
}
