using Npgsql;

namespace QuicPair.Cluster.Supervision;

/// <summary>
/// This silo's entry in the household's list of members. The runtime reads a list only when its version is higher than
/// the last one that it read, so it takes no notice of one that was emptied, made anew or taken from a backup: the silo
/// would live on outside its cluster. Here it is noticed.
/// </summary>
internal sealed class OwnEntry(ILocalSiloDetails self, IClusterMembershipService membership, string database)
{
    // Ours: so many looks in a row, so that no single answer ends a silo.
    private const int Looks = 3;

    private const string Version = """
        SELECT v.Version FROM OrleansMembershipVersionTable v
        JOIN OrleansMembershipTable m ON m.DeploymentId = v.DeploymentId
        WHERE m.DeploymentId = $1 AND m.SiloName = $2 AND m.Generation = $3
        """;

    private int _misses;

    /// <summary>Looks once.</summary>
    /// <returns>Whether the list has gone back behind this silo for good: it has to join anew.</returns>
    /// <exception cref="NpgsqlException">
    /// The database cannot be reached, or refuses; that look does not count.
    /// </exception>
    public async Task<bool> IsLost(CancellationToken cancellation)
    {
        // Taken before the question, as the list may grow meanwhile.
        var seen = membership.CurrentSnapshot;
        var isActive = seen.GetSiloStatus(self.SiloAddress) == SiloStatus.Active;
        var isThere = !isActive || await Find(cancellation) >= seen.Version.Value;
        _misses = isThere ? 0 : _misses + 1;
        return _misses >= Looks;
    }

    /// <summary>The version of the list that has the entry; null when none has.</summary>
    private async Task<int?> Find(CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(Version, connection);
        command.Parameters.Add(new() { Value = ClusterIdentity.ClusterId });
        command.Parameters.Add(new() { Value = self.Name });
        command.Parameters.Add(new() { Value = self.SiloAddress.Generation });
        try
        {
            return (int?)await command.ExecuteScalarAsync(cancellation);
        }
        catch (PostgresException absent) when (absent.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            // A new database, which the silo's next start brings up to date.
            return null;
        }
    }
}
