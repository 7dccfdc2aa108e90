using Npgsql;
using QuicPair.Cluster.Storage;
using QuicPair.Cluster.Tests.Processes;
using Xunit;

namespace QuicPair.Cluster.Tests.Storage;

public sealed class PostgresSchemaTests(Database database)
{
    [Fact]
    public async Task Applying_it_again_changes_nothing()
    {
        var connection = await database.Server.NewDatabase();
        PostgresSchema.Apply(connection);
        await Execute(connection, "UPDATE OrleansQuery SET QueryText = 'kept' WHERE QueryKey = 'GatewaysQueryKey'");
        PostgresSchema.Apply(connection);
        Assert.Equal("kept", await Ask(
            connection, "SELECT QueryText FROM OrleansQuery WHERE QueryKey = 'GatewaysQueryKey'"));
    }

    [Fact]
    public async Task A_list_of_expelled_members_that_somebody_dropped_is_there_again()
    {
        var connection = await database.Server.NewDatabase();
        PostgresSchema.Apply(connection);
        await Execute(connection, "DROP TABLE QuicPairExpelled");
        PostgresSchema.Apply(connection);
        Assert.Equal(0L, await Ask(connection, "SELECT count(*) FROM QuicPairExpelled"));
    }

    [Fact]
    public async Task Many_silos_at_once_apply_it_once()
    {
        var connection = await database.Server.NewDatabase();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 16),
            TestContext.Current.CancellationToken,
            (_, _) =>
            {
                PostgresSchema.Apply(connection);
                return ValueTask.CompletedTask;
            });
        Assert.Equal(
            (long)PostgresSchema.Scripts.Count, await Ask(connection, "SELECT count(*) FROM QuicPairSchema"));
    }

    [Fact]
    public async Task A_later_version_is_added_to_what_is_there()
    {
        var connection = await database.Server.NewDatabase();
        PostgresSchema.Apply(connection);
        PostgresSchema.Apply(connection, [.. PostgresSchema.Scripts, "CREATE TABLE Later (Id integer)"]);
        Assert.Equal(0L, await Ask(connection, "SELECT count(*) FROM Later"));
        Assert.Equal(
            PostgresSchema.Scripts.Count + 1, await Ask(connection, "SELECT max(Version) FROM QuicPairSchema"));
    }

    [Fact]
    public async Task A_script_that_fails_leaves_the_version_before()
    {
        var connection = await database.Server.NewDatabase();
        PostgresSchema.Apply(connection);
        Assert.Throws<PostgresException>(() => PostgresSchema.Apply(
            connection, [.. PostgresSchema.Scripts, "CREATE TABLE Half (Id integer); SELECT 1 / 0"]));
        Assert.Equal(PostgresSchema.Scripts.Count, await Ask(connection, "SELECT max(Version) FROM QuicPairSchema"));
        Assert.Equal(0L, await Ask(connection, "SELECT count(*) FROM pg_tables WHERE tablename = 'half'"));
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_left_alone()
    {
        var connection = await database.Server.NewDatabase();
        PostgresSchema.Apply(connection, [.. PostgresSchema.Scripts, "CREATE TABLE Later (Id integer)"]);
        Assert.Throws<SchemaException>(() => PostgresSchema.Apply(connection));
    }

    private static async Task<object?> Ask(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private static async Task Execute(string database, string sql) => await Ask(database, sql);
}
