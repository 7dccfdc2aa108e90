using Microsoft.Data.Sqlite;
using Npgsql;

namespace QuicPair.Cluster.Storage;

/// <summary>
/// Carries one Mac's grain state from its SQLite file to the household's database, sealed as it is. The rows arrive in
/// one transaction and never replace one that is there, then the file is renamed: whenever it is interrupted, the next
/// start does what is left. Pairings themselves are in the Mac's key file and do not move.
/// </summary>
internal static class StateCarryOver
{
    /// <summary>What a carried file is called afterwards.</summary>
    public const string Suffix = ".carried";

    private const string Insert = """
        INSERT INTO OrleansStorage
          (ServiceId, GrainTypeString, GrainIdExtensionString, GrainIdN0, GrainIdN1, PayloadBinary, Version)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
        """;

    /// <summary>Carries the file, when there is one.</summary>
    /// <param name="path">The SQLite file.</param>
    /// <param name="connectionString">The household's database, with its schema.</param>
    /// <param name="interrupt">Called after the copy and before the file is renamed; for tests.</param>
    /// <returns>How many rows were copied; 0 when there is nothing to carry.</returns>
    public static int Carry(string path, string connectionString, Action? interrupt = null)
    {
        if (!File.Exists(path))
        {
            return 0;
        }

        SqliteSchema.Apply(path);
        int copied;
        using (var source = new SqliteConnection(SqliteSchema.ConnectionString(path)))
        {
            source.Open();
            copied = Copy(source, connectionString);
            interrupt?.Invoke();

            // What the log still holds belongs into the file before that goes.
            using var checkpoint = new SqliteCommand("PRAGMA wal_checkpoint(TRUNCATE)", source);
            checkpoint.ExecuteNonQuery();
            SqliteConnection.ClearPool(source);
        }

        File.Move(path, path + Suffix, overwrite: true);
        return copied;
    }

    private static int Copy(SqliteConnection source, string connectionString)
    {
        using var target = new NpgsqlConnection(connectionString);
        target.Open();
        using var transaction = target.BeginTransaction();
        using var select = new SqliteCommand(
            """
            SELECT ServiceId, GrainTypeString, GrainIdExtensionString, GrainIdN0, GrainIdN1, PayloadBinary, Version
            FROM OrleansStorage
            """,
            source);
        using var rows = select.ExecuteReader();
        var copied = 0;
        while (rows.Read())
        {
            using var insert = new NpgsqlCommand(Insert, target);
            for (var column = 0; column < 3; column++)
            {
                insert.Parameters.Add(new() { Value = rows.GetString(column) });
            }

            insert.Parameters.Add(new() { Value = rows.GetInt64(3) });
            insert.Parameters.Add(new() { Value = rows.GetInt64(4) });
            insert.Parameters.Add(new()
            {
                NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea,
                Value = rows.IsDBNull(5) ? DBNull.Value : rows.GetFieldValue<byte[]>(5),
            });
            insert.Parameters.Add(new() { Value = rows.GetInt32(6) });
            copied += insert.ExecuteNonQuery();
        }

        transaction.Commit();
        return copied;
    }
}
