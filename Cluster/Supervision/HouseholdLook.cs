using System.Net.Sockets;
using Npgsql;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Door;

namespace QuicPair.Cluster.Supervision;

/// <summary>Looks at a household as one of its members would: through the front door's port, at the database.</summary>
public static class HouseholdLook
{
    private const string Members = """
        SELECT DISTINCT ON (SiloName) SiloName, Status FROM OrleansMembershipTable
        ORDER BY SiloName, (Status = 3) DESC, Generation DESC
        """;

    // Ours: what does not answer by then is away.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <summary>Looks once; nothing is changed.</summary>
    /// <param name="options">The household.</param>
    /// <param name="time">This machine's clock.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>What was seen; null for a household without a database.</returns>
    /// <exception cref="FormatException">A setting cannot be read.</exception>
    /// <exception cref="CertificateException">The certificate cannot be used.</exception>
    public static async Task<HouseholdSight?> Look(
        HouseholdOptions options, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);

        // The daemon has its own socket in the household's folder.
        var folder = Directory.CreateTempSubdirectory("quicpair-");
        options.LinkFolder = folder.FullName;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            if (options.Database() is not { } database) return null;
            await using var link = DoorLink.Open(options, time);
            return link is not null && await Problem(link, options.Door, limit.Token) is { } problem
                ? new HouseholdSight { DoorProblem = problem }
                : await Ask(database, time, limit.Token);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string?> Problem(DoorLink link, string door, CancellationToken cancellation)
    {
        try
        {
            await link.Check(cancellation);
            return null;
        }
        catch (Exception problem) when (problem is SocketException or IOException or OperationCanceledException
            or CertificateException)
        {
            return problem is SocketException or OperationCanceledException
                ? $"The front door's port for Macs, {door}, cannot be reached."
                : $"At {door} this Mac is turned away, or it is no front door of this household.";
        }
    }

    private static async Task<HouseholdSight> Ask(
        string database, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            await using var connection = new NpgsqlConnection($"{database};Pooling=false");
            await connection.OpenAsync(cancellation);
            var ahead = await Clock(connection, time, cancellation);
            return new HouseholdSight
            {
                HasDatabase = true,
                ClockAhead = ahead,
                Members = await List(connection, cancellation),
            };
        }
        catch (PostgresException refusal)
        {
            return new HouseholdSight
            {
                DatabaseProblem = refusal.SqlState == PostgresErrorCodes.UndefinedTable
                    ? "It has no household's tables yet."
                    : $"It refuses ({refusal.SqlState}).",
            };
        }
        catch (Exception problem) when (problem is NpgsqlException or OperationCanceledException)
        {
            return new HouseholdSight { DatabaseProblem = "It does not answer." };
        }
    }

    private static async Task<TimeSpan> Clock(
        NpgsqlConnection connection, TimeProvider time, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT clock_timestamp()", connection);
        var (before, asked) = (time.GetUtcNow(), time.GetTimestamp());
        var theirs = (DateTime)(await command.ExecuteScalarAsync(cancellation))!;

        // It looked at its clock somewhere between question and answer.
        return new DateTimeOffset(theirs.ToUniversalTime()) - (before + (time.GetElapsedTime(asked) / 2));
    }

    private static async Task<Dictionary<string, bool>> List(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Members, connection);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var members = new Dictionary<string, bool>();
        while (await rows.ReadAsync(cancellation))
        {
            members[rows.GetString(0)] = rows.GetInt32(1) == (int)SiloStatus.Active;
        }

        return members;
    }
}
