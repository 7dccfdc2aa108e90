using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace QuicPair.EndToEnd;

/// <summary>A Mac: the real silo in a process of its own, with a data folder and a port of its own.</summary>
internal sealed partial class MacProcess : IAsyncDisposable
{
    /// <summary>
    /// In settings: the size of a disk of its own for the data folder, which nobody else sees and which ends with it.
    /// </summary>
    public const string OwnDisk = "QUICPAIR_TEST_DISK";

    /// <summary>In settings: the network namespace that it runs in, which somebody else has made.</summary>
    public const string Network = "QUICPAIR_TEST_NETWORK";

    /// <summary>In settings: the address that its front door listens at, instead of 127.0.0.1.</summary>
    public const string ListensAt = "QUICPAIR_TEST_ADDRESS";

    private readonly string _home;
    private readonly bool _ownsHome;

    private MacProcess(ChildProcess process, string home, bool ownsHome, Uri address) =>
        (Process, _home, _ownsHome, Address) = (process, home, ownsHome, address);

    public ChildProcess Process { get; }

    /// <summary>Its data folder, as it sees it.</summary>
    public string Home => HasOwnDisk ? $"/proc/{Process.Id}/root{_home}" : _home;

    /// <summary>Whether that folder is a disk of its own.</summary>
    public bool HasOwnDisk { get; init; }

    /// <summary>Where its front door listens.</summary>
    public Uri Address { get; }

    /// <param name="home">A folder of an earlier life, or null for a Mac that knows nobody.</param>
    /// <param name="port">The port of an earlier life, or 0 for any.</param>
    /// <param name="settings">Configuration, as environment variables say it.</param>
    public static async Task<MacProcess> Start(
        string? home = null, int port = 0, IReadOnlyDictionary<string, string?>? settings = null)
    {
        var folder = home ?? Directory.CreateTempSubdirectory("quicpair-").FullName;
        var process = Launch(folder, port, settings);
        await process.Line(line => line.StartsWith("Pair a phone", StringComparison.Ordinal));
        var origin = FrontDoor().Matches(process.Output)[^1].Groups[1].Value;
        return new MacProcess(process, folder, home is null, new Uri(origin))
        {
            HasOwnDisk = settings?.ContainsKey(OwnDisk) ?? false,
        };
    }

    /// <summary>Starts the process without waiting for it.</summary>
    public static ChildProcess Launch(
        string folder, int port = 0, IReadOnlyDictionary<string, string?>? settings = null)
    {
        var environment = new Dictionary<string, string?>(settings ?? new Dictionary<string, string?>())
        {
            ["QUICPAIR_HOME"] = folder,
        };
        environment["Urls"] = $"http://{environment.GetValueOrDefault(ListensAt) ?? "127.0.0.1"}:{port}";
        environment.TryAdd("OLLAMA_HOST", "http://127.0.0.1:9");
        if (environment.GetValueOrDefault(Network) is { } network)
        {
            return ChildProcess.Start(
                "ip", ["netns", "exec", network, "dotnet", Tree.Program("Silo")], environment);
        }

        var disk = environment.GetValueOrDefault(OwnDisk);
        return disk is null
            ? ChildProcess.Start("dotnet", [Tree.Program("Silo")], environment)
            : ChildProcess.Start(
                "unshare",
                [
                    "-m", "sh", "-c", "mount -t tmpfs -o mode=700,size=$0 quicpair \"$1\" && exec dotnet \"$2\"",
                    disk, folder, Tree.Program("Silo"),
                ],
                environment);
    }

    /// <summary>What it measures, as Prometheus reads it; its settings have a port for it.</summary>
    public Task<string> Metrics() => Measured.By(Process);

    /// <summary>A new link that works on this machine.</summary>
    public async Task<string> Invite(bool confirm = false)
    {
        var reply = await Ask(new { op = "pair", confirm });
        return reply.GetProperty("links").EnumerateArray().Select(link => link.GetString()!).Last();
    }

    /// <summary>A new link that works from other machines.</summary>
    public async Task<string> InviteFromAway()
    {
        var reply = await Ask(new { op = "pair" });
        return reply.GetProperty("links")[0].GetString()!;
    }

    /// <summary>Asks the control socket.</summary>
    public async Task<JsonElement> Ask(object request)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(Home, "control.sock")));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(request));
        stream.WriteByte((byte)'\n');
        using var reader = new StreamReader(stream);
        using var reply = JsonDocument.Parse((await reader.ReadLineAsync())!);
        return reply.RootElement.Clone();
    }

    /// <summary>SIGKILL, then a new process over the same folder and port.</summary>
    public async Task<MacProcess> KillAndRestart(IReadOnlyDictionary<string, string?>? settings = null)
    {
        await Process.Kill();
        var next = await Start(_home, Address.Port, settings);
        return new MacProcess(next.Process, _home, _ownsHome, next.Address);
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        if (_ownsHome && Directory.Exists(_home))
        {
            Directory.Delete(_home, recursive: true);
        }
    }

    [GeneratedRegex(@"^Front door: (http://\S+)$", RegexOptions.Multiline)]
    private static partial Regex FrontDoor();
}
