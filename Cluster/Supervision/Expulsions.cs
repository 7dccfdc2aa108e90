using Npgsql;
using QuicPair.Cluster.Certificates;

namespace QuicPair.Cluster.Supervision;

/// <summary>
/// The household's list of expelled members. Its authority signs each row, so that a stolen Mac with the database's
/// password can expel nobody; each member keeps what it has read, so that deleting a row takes nothing back.
/// </summary>
public static class Expulsions
{
    /// <summary>Makes the list if there is none; each row is signed by the household's authority.</summary>
    internal const string Table =
        """
        CREATE TABLE IF NOT EXISTS QuicPairExpelled (
          SiloName text PRIMARY KEY,
          Signature bytea NOT NULL,
          Expelled timestamptz NOT NULL DEFAULT now()
        );
        """;

    /// <summary>Expels a member: no other one takes a certificate of that name any more.</summary>
    /// <param name="name">Its silo name.</param>
    /// <param name="authority">Who signs.</param>
    /// <param name="database">The household's database.</param>
    /// <exception cref="NpgsqlException">The database cannot be reached, or refuses.</exception>
    public static async Task Add(string name, HouseholdAuthority authority, string database)
    {
        ArgumentNullException.ThrowIfNull(authority);
        var expulsion = authority.Expel(name);
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using (var make = new NpgsqlCommand(Table, connection)) await make.ExecuteNonQueryAsync();
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO QuicPairExpelled (SiloName, Signature) VALUES ($1, $2)
            ON CONFLICT (SiloName) DO UPDATE SET Signature = excluded.Signature
            """,
            connection);
        command.Parameters.Add(new() { Value = expulsion.Name });
        command.Parameters.Add(new() { Value = expulsion.Signature });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Reads the list and keeps it beside this member's certificate.</summary>
    /// <param name="options">The household; one without a database or certificates has no list.</param>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    /// <exception cref="CertificateException">This member is on the list, or its files cannot be used.</exception>
    public static async Task Learn(HouseholdOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Database() is not { } database || MemberCertificate.Open(options.Certificates) is not { } own)
        {
            return;
        }

        using var certificate = own;
        await Learn(certificate, database, CancellationToken.None);
        if (certificate.IsExpelled)
        {
            throw new CertificateException(
                "This machine was expelled from its household. To go on alone, move the folder "
                + $"{options.Certificates} away; to join again it needs a new data folder.");
        }
    }

    /// <summary>Reads the list and keeps it beside a member's certificate.</summary>
    /// <returns>Who was not on it before.</returns>
    internal static async Task<List<string>> Learn(
        MemberCertificate self, string database, CancellationToken cancellation)
    {
        var listed = await Read(database, cancellation);
        return ExpelledMembers.Add(self.Folder, listed.Where(self.Confirms).Select(expulsion => expulsion.Name));
    }

    private static async Task<List<Expulsion>> Read(string database, CancellationToken cancellation)
    {
        var listed = new List<Expulsion>();
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("SELECT SiloName, Signature FROM QuicPairExpelled", connection);
        try
        {
            await using var rows = await command.ExecuteReaderAsync(cancellation);
            while (await rows.ReadAsync(cancellation))
            {
                listed.Add(new Expulsion(rows.GetString(0), rows.GetFieldValue<byte[]>(1)));
            }
        }
        catch (PostgresException absent) when (absent.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            // A database of before, which the start that is under way brings up to date.
        }

        return listed;
    }
}
