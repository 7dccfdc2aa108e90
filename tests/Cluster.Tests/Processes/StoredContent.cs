using System.Globalization;
using System.Text;
using Npgsql;

namespace QuicPair.Cluster.Tests.Processes;

/// <summary>What a PostgreSQL server keeps of a database.</summary>
internal static class StoredContent
{
    /// <summary>Each value of each row of each table: bytes as they are, anything else as its text.</summary>
    public static async Task<IReadOnlyList<(string Table, byte[] Value)>> Rows(string database)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        var values = new List<(string Table, byte[] Value)>();
        foreach (var table in await Tables(connection))
        {
            await using var command = new NpgsqlCommand($"SELECT * FROM {table}", connection);
            await using var rows = await command.ExecuteReaderAsync();
            while (await rows.ReadAsync())
            {
                for (var column = 0; column < rows.FieldCount; column++)
                {
                    values.Add((table, Bytes(rows.GetValue(column))));
                }
            }
        }

        return values;
    }

    /// <summary>The files of the database, and the log in which everything stands that was ever written.</summary>
    public static async Task<IEnumerable<(string Path, byte[] Content)>> Files(PostgresProcess server)
    {
        var own = await server.Ask<string>(
            "SELECT 'base/' || oid FROM pg_database WHERE datname = current_database()");
        return new[] { own, "pg_wal" }
            .Select(folder => Path.Combine(server.SocketFolder, "data", folder))
            .SelectMany(folder => Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
            .Select(path => (path, Read(path)));
    }

    private static async Task<IReadOnlyList<string>> Tables(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'", connection);
        await using var rows = await command.ExecuteReaderAsync();
        var tables = new List<string>();
        while (await rows.ReadAsync()) tables.Add(rows.GetString(0));
        return tables;
    }

    private static byte[] Bytes(object value) => value as byte[]
        ?? Encoding.UTF8.GetBytes(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");

    /// <summary>A server that runs renames its files and removes them when it likes.</summary>
    private static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }
}
