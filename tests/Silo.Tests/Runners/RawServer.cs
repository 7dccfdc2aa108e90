using System.Net;
using System.Net.Sockets;
using System.Text;

namespace QuicPair.Silo.Tests.Runners;

/// <summary>
/// A server that answers the chats of a runner with bytes as they are, however wrong, and other requests with JSON.
/// </summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Dictionary<string, string> _json;
    private readonly byte[] _chat;
    private readonly bool _holds;
    private readonly bool _keeps;
    private readonly Task _accepting;
    private int _chats;
    private int _keptChats;

    /// <param name="json">The body for each path that is asked with GET.</param>
    /// <param name="chat">What a chat gets.</param>
    /// <param name="holds">Whether the connection stays open after that, silent.</param>
    /// <param name="keeps">Whether a connection takes more requests behind one that was answered with JSON.</param>
    public RawServer(Dictionary<string, string> json, byte[] chat, bool holds, bool keeps = false)
    {
        _json = json;
        _chat = chat;
        _holds = holds;
        _keeps = keeps;
        _listener.Start();
        _accepting = Accept();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>Chats that came.</summary>
    public int Chats => Volatile.Read(ref _chats);

    /// <summary>Chats that came on a connection that had brought another request.</summary>
    public int KeptChats => Volatile.Read(ref _keptChats);

    /// <summary>Completes when a chat came.</summary>
    public TaskCompletionSource ChatCame { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the client gave up a chat that is held.</summary>
    public TaskCompletionSource Aborted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _end.Dispose();
    }

    private async Task Accept()
    {
        var serving = new List<Task>();
        try
        {
            while (true) serving.Add(Serve(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException
                                            or ObjectDisposedException or InvalidOperationException)
        {
            // The last one: the listener ended between two clients.
            await Task.WhenAll(serving);
        }
    }

    private async Task Serve(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var requests = 1;
                while (_json.TryGetValue(await Request(stream), out var body))
                {
                    var head = $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}"
                        + (_keeps ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(head + body), _end.Token);
                    if (!_keeps) return;
                    requests++;
                }

                if (requests > 1) Interlocked.Increment(ref _keptChats);
                Interlocked.Increment(ref _chats);
                ChatCame.TrySetResult();
                await stream.WriteAsync(_chat, _end.Token);
                if (!_holds) return;
                while (await stream.ReadAsync(new byte[1024], _end.Token) > 0)
                {
                }

                Aborted.TrySetResult();
            }
            catch (Exception problem) when (problem is IOException or OperationCanceledException)
            {
                if (!_end.IsCancellationRequested) Aborted.TrySetResult();
            }
        }
    }

    /// <summary>Reads one request; returns its path.</summary>
    private async Task<string> Request(NetworkStream stream)
    {
        var received = new List<byte>();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var text = Encoding.ASCII.GetString([.. received]);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0 && received.Count >= end + 4 + BodyLength(text[..end]))
            {
                return text[..text.IndexOf('\r')].Split(' ')[1];
            }

            var count = await stream.ReadAsync(buffer, _end.Token);
            if (count == 0) throw new IOException("The client went away.");
            received.AddRange(buffer.AsSpan(0, count));
        }
    }

    private static int BodyLength(string head)
    {
        var line = head.Split("\r\n").FirstOrDefault(line =>
            line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        return line is null ? 0 : int.Parse(line.AsSpan("Content-Length:".Length));
    }
}
