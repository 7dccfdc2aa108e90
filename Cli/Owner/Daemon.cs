using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using QuicPair.Cli.Macs;
using QuicPair.Client;
using QuicPair.Cluster;

namespace QuicPair.Cli.Owner;

/// <summary>
/// The daemon of this machine, through the Unix socket in the data folder: one JSON object on one line, answered by one
/// (Silo/Control/README.md).
/// </summary>
internal sealed class Daemon : IOwnerDesk, IDisposable
{
    private const string Waits =
        "QuicPair has started here and does not answer yet: its log says whether it waits for its household's database "
        + "or front door; to run it without them, stop it, then: quicpair up --Cluster:ConnectionString= "
        + "--Cluster:Door= --FrontDoor:PublicUrl=";

    private readonly Stream _stream;
    private readonly StreamReader _reader;

    private Daemon(Stream stream) => (_stream, _reader) = (stream, new StreamReader(stream, Encoding.UTF8));

    /// <summary>Connects to the socket in the data folder, the default one when null.</summary>
    /// <exception cref="DaemonException">No daemon runs.</exception>
    public static Task<Daemon> Connect(string? home, CancellationToken cancellation) =>
        Connect(home, takesMac: false, cancellation);

    /// <summary>The same for a command that may have <c>--mac</c>, which the sentence then names.</summary>
    /// <exception cref="DaemonException">No daemon runs.</exception>
    public static async Task<Daemon> Connect(string? home, bool takesMac, CancellationToken cancellation)
    {
        var folder = home ?? DataFolder.Path;
        var path = Path.Combine(folder, "control.sock");
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new Daemon(new NetworkStream(socket, ownsSocket: true));
        }
        catch (Exception failure) when (failure is SocketException or ArgumentException)
        {
            socket.Dispose();
            throw new DaemonException(
                FolderLock.IsHeld(folder) ? Waits : NotHere(folder, takesMac),
                ExitCode.Unreachable,
                failure);
        }
    }

    /// <summary>Asks; the reply is the whole line.</summary>
    /// <exception cref="DaemonException">The daemon refused, or went away.</exception>
    public async Task<JsonElement> Ask(JsonObject request, CancellationToken cancellation)
    {
        try
        {
            await _stream.WriteAsync(Encoding.UTF8.GetBytes(request.ToJsonString() + "\n"), cancellation);
            var line = await _reader.ReadLineAsync(cancellation)
                ?? throw new DaemonException("QuicPair stopped while it was asked.", ExitCode.Unreachable);
            var reply = JsonDocument.Parse(line).RootElement;
            return reply.GetProperty("ok").GetBoolean()
                ? reply
                : throw new DaemonException(reply.GetProperty("message").GetString() ?? "", Code(reply));
        }
        catch (Exception failure) when (failure
            is IOException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new DaemonException("QuicPair on this machine does not answer.", ExitCode.Unreachable, failure);
        }
    }

    private static string NotHere(string folder, bool takesMac)
    {
        const string Start = "QuicPair does not run on this machine; start it with: quicpair up";
        return PairedMacs.Instead(folder, takesMac) is { } instead ? $"{Start}\n{instead}" : Start;
    }

    private static int Code(JsonElement refusal) =>
        refusal.TryGetProperty("code", out var code) ? code.GetString() switch
        {
            "unreachable" => ExitCode.Unreachable,
            "refused" => ExitCode.Refused,
            "bad_request" => ExitCode.Usage,
            _ => ExitCode.Failed,
        }
        : ExitCode.Failed;

    public void Dispose() => _reader.Dispose();

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
