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

    /// <summary>Expels a Mac: no member takes a certificate of that name any more.</summary>
    /// <param name="name">Its silo name.</param>
    /// <param name="authority">Who signs.</param>
    /// <param name="database">The household's database.</param>
    /// <exception cref="ArgumentException">Every front door of the household has that name.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached, or refuses.</exception>
    public static async Task Add(string name, HouseholdAuthority authority, string database)
    {
        ArgumentNullException.ThrowIfNull(authority);
        if (name == ClusterIdentity.FrontDoor)
        {
            throw new ArgumentException("No front door could serve the household any more.", nameof(name));
        }

        await Write(authority.Expel(name), database);
    }

    /// <summary>Writes to the list, for all members to read.</summary>
    internal static async Task Write(Expulsion expulsion, string database)
    {
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
        ThrowIfExpelled(certificate);
    }

    /// <summary>Says that this member was expelled, if it has heard so; it asks nobody.</summary>
    /// <param name="options">The household.</param>
    /// <exception cref="CertificateException">It was, or its files cannot be used.</exception>
    public static void ThrowIfExpelled(HouseholdOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (MemberCertificate.Open(options.Certificates) is not { } own) return;
        using var certificate = own;
        ThrowIfExpelled(certificate);
    }

    /// <summary>Reads the list and keeps it beside a member's certificate.</summary>
    /// <returns>Who was not on it before.</returns>
    internal static async Task<List<string>> Learn(
        MemberCertificate self, string database, CancellationToken cancellation)
    {
        var listed = await Read(database, cancellation);
        return ExpelledMembers.Add(self.Folder, listed.Where(self.Confirms).Select(expulsion => expulsion.Name));
    }

    private static void ThrowIfExpelled(MemberCertificate self)
    {
        if (!self.IsExpelled) return;
        throw new CertificateException(self.Name == ClusterIdentity.FrontDoor
            ? "This front door was expelled from its household, and with it every other one, as all have its name; the "
                + "household is to be made anew, with another database."
            : "This machine was expelled from its household. To go on alone, move the folder "
                + $"{self.Folder} away; to join again it needs a new data folder.");
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
