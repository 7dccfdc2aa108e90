using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace QuicPair.EndToEnd;

/// <summary>
/// Speaks as much of Ollama's API as a Mac asks for and says the words of one answer when the test lets it, so that a
/// cut falls between two words and never on a clock.
/// </summary>
internal sealed class MeteredRunner : IAsyncDisposable
{
    /// <summary>How fast it says it was.</summary>
    public const int WordsPerSecond = 10;

    private const string Lists = """{"models":[{"name":"metered","model":"metered","size":1,"digest":"d","""
        + """ "modified_at":"2026-01-01T00:00:00Z","capabilities":["completion"]}]}""";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _words = new(0);
    private readonly int _count;
    private readonly Task _accepting;
    private readonly Channel<string> _asked = Channel.CreateUnbounded<string>();
    private readonly ConcurrentQueue<string> _heard = new();
    private int _chats;

    /// <param name="count">The words of each answer.</param>
    public MeteredRunner(int count)
    {
        _count = count;
        _listener.Start();
        _accepting = Accept();
    }

    /// <summary>Chats that were asked.</summary>
    public int Chats => Volatile.Read(ref _chats);

    /// <summary>All that was said to it so far: each request with its head.</summary>
    public string Heard => string.Join('\n', _heard);

    /// <summary>Configuration that makes a Mac use it.</summary>
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["OLLAMA_HOST"] = $"http://{_listener.LocalEndpoint}",
        ["Runner__Kind"] = "ollama",
    };

    /// <summary>A word of an answer, counted from 0.</summary>
    public static string Word(int number) => $"word{number} ";

    /// <summary>Ends with the next chat that is asked, past ones first.</summary>
    public Task<string> Asked() => _asked.Reader.ReadAsync(_end.Token).AsTask();

    /// <summary>Lets the next words out; behind the last one, the end of the answer counts as one.</summary>
    public void Say(int words)
    {
        if (words > 0) _words.Release(words);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _end.Dispose();
        _words.Dispose();
    }

    private async Task Accept()
    {
        var serving = new List<Task>();
        try
        {
            while (true) serving.Add(Serve(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException
                                            or ObjectDisposedException)
        {
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
                var (path, body) = await Read(stream);
                if (path == "/api/chat" && !body.Contains("\"messages\":[]", StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref _chats);
                    _asked.Writer.TryWrite(body);
                    await Answer(stream);
                    return;
                }

                var reply = path switch
                {
                    "/api/version" => """{"version":"0.12.3"}""",
                    "/api/chat" => Line("", "load"),
                    _ => Lists,
                };
                await Write(stream, $"{Head}Content-Length: {reply.Length}\r\n\r\n{reply}");
            }
            catch (Exception problem) when (problem is IOException or OperationCanceledException)
            {
                // The Mac or the test is through with it.
            }
        }
    }

    private const string Head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";

    private async Task Answer(NetworkStream stream)
    {
        await Write(stream, Head + "\r\n");
        for (var word = 0; word < _count; word++)
        {
            await _words.WaitAsync(_end.Token);
            await Write(stream, Line(Word(word), null));
        }

        await _words.WaitAsync(_end.Token);
        await Write(stream, Line("", "stop", Statistics(_count)));
    }

    /// <summary>In nanoseconds, as Ollama says them.</summary>
    private static string Statistics(int words) =>
        ""","load_duration":5000000,"prompt_eval_count":2,"prompt_eval_duration":7000000"""
        + $",\"eval_count\":{words},\"eval_duration\":{words * (1_000_000_000L / WordsPerSecond)}";

    private static string Line(string content, string? reason, string statistics = "") =>
        """{"model":"metered","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","""
        + $"\"content\":\"{content}\"}},"
        + (reason is null ? "\"done\":false}\n" : $"\"done\":true,\"done_reason\":\"{reason}\"{statistics}}}\n");

    private Task Write(NetworkStream stream, string text) =>
        stream.WriteAsync(Encoding.UTF8.GetBytes(text), _end.Token).AsTask();

    private async Task<(string Path, string Body)> Read(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
        var request = (await reader.ReadLineAsync(_end.Token)) ?? throw new IOException("Nothing came.");
        var head = new StringBuilder(request).Append('\n');
        var length = 0;
        while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 } line)
        {
            const string name = "Content-Length:";
            if (line.StartsWith(name, StringComparison.OrdinalIgnoreCase)) length = int.Parse(line.AsSpan(name.Length));
            head.Append(line).Append('\n');
        }

        var body = new char[length];

        // Even for no characters the reader would wait for more.
        if (length > 0) await reader.ReadBlockAsync(body, _end.Token);
        _heard.Enqueue(head.Append(body).ToString());
        return (request.Split(' ')[1], new string(body));
    }
}
