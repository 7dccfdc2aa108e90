using Microsoft.Data.Sqlite;

namespace QuicPair.Cluster.Storage;

/// <summary>
/// Creates the state file, readable by its owner only, and applies the schema. Applying it again changes
/// nothing.
/// </summary>
internal static class SqliteSchema
{
    private const string Resource = "QuicPair.Cluster.Schema.sqlite.sql";
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;

    public static void Apply(string path)
    {
        CreateForOwner(path);
        using var connection = new SqliteConnection(ConnectionString(path));
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL; BEGIN IMMEDIATE;" + Script() + "COMMIT;";
        command.ExecuteNonQuery();
    }

    public static string ConnectionString(string path) =>
        new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite }.ToString();

    private static void CreateForOwner(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            File.Open(path, FileMode.OpenOrCreate).Dispose();
            return;
        }

        // SQLite gives its -wal and -shm files the mode of the database file.
        Directory.CreateDirectory(folder, OwnerFolder);
        var create = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            UnixCreateMode = OwnerFile,
        };
        new FileStream(path, create).Dispose();
    }

    private static string Script()
    {
        using var stream = typeof(SqliteSchema).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
