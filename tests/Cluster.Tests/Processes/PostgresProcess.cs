using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;
using QuicPair.EndToEnd;
using QuicPair.Interop.Peers;

namespace QuicPair.Cluster.Tests.Processes;

/// <summary>A real PostgreSQL server with a folder and a port of its own, ended with the test.</summary>
internal sealed class PostgresProcess : IAsyncDisposable
{
    private const string User = "postgres";
    private readonly string _folder;
    private readonly string _password;
    private ChildProcess _process;

    private PostgresProcess(string folder, string password, int port, ChildProcess process) =>
        (_folder, _password, Port, _process) = (folder, password, port, process);

    /// <summary>Why no server can run here; null when one can.</summary>
    public static string? Problem { get; } = Find("initdb") is null || Find("postgres") is null
        ? "PostgreSQL is not installed (Debian package postgresql)."
        : null;

    public int Port { get; }

    /// <summary>The folder of its Unix socket.</summary>
    public string SocketFolder => _folder;

    public int ProcessId => _process.Id;

    public string ConnectionString =>
        $"Host=127.0.0.1;Port={Port};Username={User};Password={_password};Database=postgres";

    /// <summary>
    /// Says why the lane cannot run. On a build server that is a failure: there everything is installed.
    /// </summary>
    public static void Require()
    {
        if (Problem is { } reason) Lane.Unavailable(reason);
    }

    public static async Task<PostgresProcess> Start()
    {
        Require();
        var folder = Directory.CreateTempSubdirectory("quicpair-pg-").FullName;
        var password = RandomNumberGenerator.GetHexString(32);
        await File.WriteAllTextAsync(Path.Combine(folder, "password"), password);
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        if (IsRoot)
        {
            await Run("chown", "-R", User, folder);
        }

        var data = Path.Combine(folder, "data");
        string[] initdb =
        [
            Program("initdb"), "-D", data, "-U", User, "--auth=scram-sha-256", "--no-sync",
            $"--pwfile={Path.Combine(folder, "password")}",
        ];
        await Run(AsUser(initdb));
        var port = FreePort.Next();
        var server = new PostgresProcess(folder, password, port, Serve(folder, port));
        await server.Answers();
        return server;
    }

    /// <summary>Ends the server at once, as a power cut would, and leaves its files.</summary>
    public Task Kill() => _process.Kill();

    /// <summary>Starts it again over the same files and port.</summary>
    public async Task StartAgain()
    {
        await _process.DisposeAsync();
        _process = Serve(_folder, Port);
        await Answers();
    }

    /// <summary>The single value of a query.</summary>
    public async Task<T> Ask<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A database of its own in this server, for one test.</summary>
    public async Task<string> NewDatabase()
    {
        var name = $"t{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return $"{ConnectionString};Database={name};Pooling=false;Timeout=60;Command Timeout=60";
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await _process.DisposeAsync();
        await Until(() => !File.Exists(Path.Combine(_folder, "data", "postmaster.pid")) || !Listens());
        Directory.Delete(_folder, recursive: true);
    }

    private static bool IsRoot => Environment.UserName == "root";

    /// <summary>The server refuses to run as root.</summary>
    private static string[] AsUser(string[] command) => IsRoot
        ? ["setpriv", $"--reuid={User}", $"--regid={User}", "--clear-groups", .. command]
        : command;

    private static string Program(string name) => Find(name) ?? throw new InvalidOperationException(Problem);

    private static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':')
            .Concat(Directory.Exists("/usr/lib/postgresql")
                ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(version => $"{version}/bin")
                : [])
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);

    private static ChildProcess Serve(string folder, int port)
    {
        var command = AsUser(
        [
            Program("postgres"), "-D", Path.Combine(folder, "data"), "-p", $"{port}", "-k", folder,
            "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=200",
            "-c", "authentication_timeout=600",
        ]);
        return ChildProcess.Start(command[0], command[1..]);
    }

    private static async Task Run(params string[] command)
    {
        await using var process = ChildProcess.Start(command[0], command[1..]);
        if (await process.Exit() != 0)
        {
            throw new InvalidOperationException($"{command[0]} failed: {process.Output} {process.Errors}");
        }
    }

    private static async Task Until(Func<bool> met)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var tick = 0; !met() && tick < 600; tick++)
        {
            await timer.WaitForNextTickAsync();
        }
    }

    private bool Listens()
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task Answers()
    {
        Exception? last = null;
        await Until(() =>
        {
            try
            {
                using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false;Timeout=2");
                connection.Open();
                return true;
            }
            catch (NpgsqlException failure)
            {
                last = failure;
                return false;
            }
        });
        if (!Listens())
        {
            throw new InvalidOperationException($"PostgreSQL does not answer.\n{_process.Errors}", last);
        }
    }
}
