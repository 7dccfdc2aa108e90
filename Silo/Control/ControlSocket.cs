using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using QuicPair.Cluster;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Control;

/// <summary>
/// The Unix socket (0600, in the data folder) over which local programs of the owner ask the daemon: a JSON object a
/// line, answered by one, in order. README.md in this folder has the operations.
/// </summary>
internal sealed partial class ControlSocket(DataFolder folder, ControlDesk desk, ILogger<ControlSocket> log)
    : IHostedService, IDisposable
{
    private const int MaxLineCharacters = 64 * 1024;

    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private Task _accepting = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!SocketPath.Fits(folder.Socket))
        {
            throw new StartupException($"The path {folder.Socket} is too long for a socket; set QUICPAIR_HOME.");
        }

        // The folder's lock is ours: whoever left the socket behind is gone.
        File.Delete(folder.Socket);
        _listener.Bind(new UnixDomainSocketEndPoint(folder.Socket));
        File.SetUnixFileMode(folder.Socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _listener.Listen();
        _accepting = Accept();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        File.Delete(folder.Socket);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true) _ = Serve(await _listener.AcceptAsync(_stop.Token));
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException)
        {
            // Stopped.
        }
    }

    private async Task Serve(Socket connection)
    {
        try
        {
            await using var stream = new NetworkStream(connection, ownsSocket: true);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            while (await ReadLine(reader) is { } line)
            {
                var answering = Answer(line);
                try
                {
                    var reply = await answering.WaitAsync(_stop.Token); // who asks hears of the end, not nothing
                    var bytes = JsonSerializer.SerializeToUtf8Bytes(reply, ControlJson.Default.ControlReply);
                    await stream.WriteAsync((byte[])[.. bytes, (byte)'\n'], _stop.Token);
                }
                finally
                {
                    // What is stored counts, whether or not somebody still listens.
                    _ = Conclude(answering);
                }
            }
        }
        catch (Exception problem) when (problem is IOException or OperationCanceledException or SocketException)
        {
            // The program went away, or the daemon stops.
        }
    }

    private static async Task Conclude(Task<ControlReply> answering)
    {
        try
        {
            (await answering).Afterwards?.Invoke();
        }
        catch (OperationCanceledException)
        {
            // It has no answer.
        }
    }

    private async Task<ControlReply> Answer(string line)
    {
        try
        {
            var request = JsonSerializer.Deserialize(line, ControlJson.Default.ControlRequest);
            return await desk.Answer(request ?? new ControlRequest());
        }
        catch (JsonException)
        {
            return ControlReply.Refuse("bad_request", "A request is one JSON object on one line.");
        }
        catch (KeysNotWrittenException problem)
        {
            return ControlReply.Refuse("storage", problem.Message);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            Broke(problem.GetType().Name);
            return ControlReply.Refuse("failed", "The daemon could not do that; its log says more.");
        }
    }

    private async Task<string?> ReadLine(StreamReader reader)
    {
        var line = new StringBuilder();
        var one = new char[1];
        while (await reader.ReadAsync(one, _stop.Token) == 1)
        {
            if (one[0] == '\n') return line.ToString();
            if (line.Length == MaxLineCharacters) return null;
            line.Append(one[0]);
        }

        return null;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A control request failed: {Kind}.")]
    private partial void Broke(string kind);
}
