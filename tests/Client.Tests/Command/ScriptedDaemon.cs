using System.Net.Sockets;
using System.Text;

namespace QuicPair.Client.Tests.Command;

/// <summary>The other end of the control socket: answers each line with what the test says.</summary>
internal sealed class ScriptedDaemon : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Func<string, string> _answer;

    public ScriptedDaemon(string folder, Func<string, string> answer)
    {
        _answer = answer;
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, "control.sock")));
        _listener.Listen();
        _ = Serve();
    }

    public List<string> Requests { get; } = [];

    public void Dispose() => _listener.Dispose();

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                await using var stream = new NetworkStream(await _listener.AcceptAsync(), ownsSocket: true);
                using var reader = new StreamReader(stream);
                while (await reader.ReadLineAsync() is { } line)
                {
                    Requests.Add(line);
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(_answer(line) + "\n"));
                }
            }
        }
        catch (SocketException)
        {
            // Disposed.
        }
    }
}
