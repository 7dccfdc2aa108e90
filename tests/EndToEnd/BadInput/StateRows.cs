using Microsoft.Data.Sqlite;

namespace QuicPair.EndToEnd.BadInput;

/// <summary>What a Mac's grains have stored about phones, without its content.</summary>
internal static class StateRows
{
    // The front door notes Macs whenever it sees them, whatever phones do.
    private const string Query =
        "SELECT GrainTypeString || ' ' || GrainIdExtensionString || ' ' || Version FROM OrleansStorage "
        + "WHERE GrainTypeString NOT LIKE '%fleet%' ORDER BY 1";

    /// <summary>Kind, key and version of each row.</summary>
    public static async Task<IReadOnlyList<string>> Of(MacProcess mac)
    {
        var file = new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(mac.Home, "state.db"),
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        };
        await using var connection = new SqliteConnection(file.ToString());
        await connection.OpenAsync();
        await using var command = new SqliteCommand(Query, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        return rows;
    }
}
