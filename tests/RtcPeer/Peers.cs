using System.Text.Json;
using QuicPair.Rtc.Sockets;

namespace QuicPair.RtcPeer;

/// <summary>
/// The peers of one process, each with a number and a UDP port of its own. Number 0 is there from the beginning and
/// obeys one command after the other; what the others are told goes on beside.
/// </summary>
internal sealed class Peers : IAsyncDisposable
{
    private readonly PeerSettings _settings;
    private readonly TextWriter _output;
    private readonly Lock _outputGate = new();
    private readonly Dictionary<int, Peer> _all = [];
    private readonly Dictionary<int, Task> _busy = [];

    public Peers(PeerSettings settings, TextWriter output)
    {
        (_settings, _output) = (settings, output);
        Find(0).Tell(new { e = "ready" });
    }

    /// <summary>
    /// Has one of them obey a command, a line of JSON; false when it says to leave. What cannot be obeyed is answered
    /// with an error.
    /// </summary>
    public async Task<bool> Obey(string line)
    {
        var number = 0;
        try
        {
            using var document = JsonDocument.Parse(line);
            var command = document.RootElement;
            if (command.TryGetProperty("n", out var told)) number = told.GetInt32();
            if (number == 0) return await Find(number).Obey(command);
            var before = _busy.GetValueOrDefault(number, Task.CompletedTask);
            _busy[number] = After(before, number, command.Clone());
        }
        catch (Exception problem) when (IsOfCommand(problem))
        {
            Refuse(number, problem);
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_busy.Values);
        foreach (var peer in _all.Values) await peer.DisposeAsync();
    }

    private async Task After(Task before, int number, JsonElement command)
    {
        var peer = Find(number);
        await before;
        try
        {
            await peer.Obey(command);
        }
        catch (Exception problem) when (IsOfCommand(problem))
        {
            Refuse(number, problem);
        }
    }

    /// <summary>Whether it is what a command can cause that is no JSON, lacks a part or says what cannot be.</summary>
    private static bool IsOfCommand(Exception problem) => problem is SdpException or JsonException or FormatException
        or KeyNotFoundException or InvalidOperationException or ArgumentException or OverflowException;

    private void Refuse(int number, Exception problem) => Write(number, new { e = "error", reason = problem.Message });

    private Peer Find(int number)
    {
        if (!_all.TryGetValue(number, out var peer))
        {
            _all[number] = peer = new Peer(_settings, news => Write(number, news));
        }

        return peer;
    }

    private void Write(int number, object news)
    {
        var line = JsonSerializer.SerializeToNode(news)!.AsObject();
        if (number != 0) line["n"] = number;
        lock (_outputGate)
        {
            _output.WriteLine(line.ToJsonString());
            _output.Flush();
        }
    }
}
