using System.Globalization;
using System.Reflection;
using Npgsql;
using QuicPair.Cluster.Supervision;

namespace QuicPair.Cluster.Storage;

/// <summary>
/// Brings the household's database to this program's schema: the scripts that are missing, in one transaction, one
/// silo at a time. Applying it again changes nothing; a database of a newer program is left alone.
/// </summary>
public static class PostgresSchema
{
    // Ours: the advisory lock of the schema, "QuicPair" in ASCII.
    private const long LockKey = 0x5175_6963_5061_6972;
    private const string Prefix = "QuicPair.Cluster.Schema.postgres.";

    /// <summary>The scripts that this program brings along: version 1 first.</summary>
    internal static IReadOnlyList<string> Scripts { get; } = [.. Read()];

    /// <summary>Applies this program's scripts.</summary>
    /// <exception cref="SchemaException">The database belongs to a newer program.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached, or refuses.</exception>
    public static void Apply(string connectionString) => Apply(connectionString, Scripts);

    /// <summary>Applies scripts.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="scripts">The scripts; version n is the n-th.</param>
    /// <exception cref="SchemaException">The database belongs to a newer program.</exception>
    internal static void Apply(string connectionString, IReadOnlyList<string> scripts)
    {
        using var connection = new NpgsqlConnection(connectionString);
        connection.Open();
        using var transaction = connection.BeginTransaction();
        Execute(connection, $"SELECT pg_advisory_xact_lock({LockKey.ToString(CultureInfo.InvariantCulture)})");
        Execute(
            connection,
            "CREATE TABLE IF NOT EXISTS QuicPairSchema (Version integer PRIMARY KEY, Applied timestamptz NOT NULL)");
        using var ask = new NpgsqlCommand("SELECT coalesce(max(Version), 0) FROM QuicPairSchema", connection);
        var applied = (int)ask.ExecuteScalar()!;
        if (applied > scripts.Count)
        {
            throw new SchemaException(
                $"The household's database has schema {applied}; this program knows {scripts.Count}. Update it.");
        }

        for (var version = applied + 1; version <= scripts.Count; version++)
        {
            Execute(connection, scripts[version - 1]);
            Execute(
                connection,
                $"INSERT INTO QuicPairSchema VALUES ({version.ToString(CultureInfo.InvariantCulture)}, now())");
        }

        // No version: a program of before runs beside it, and a table that was dropped is there again.
        Execute(connection, Expulsions.Table);
        transaction.Commit();
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // The text is this program's own.
        using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static IEnumerable<string> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return reader.ReadToEnd();
        }
    }
}
