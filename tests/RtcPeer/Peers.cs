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

    /// <summary>Has one of them obey a command; false when it says to leave.</summary>
    public async Task<bool> Obey(JsonElement command)
    {
        var number = command.TryGetProperty("n", out var told) ? told.GetInt32() : 0;
        if (number == 0) return await Find(number).Obey(command);
        var before = _busy.GetValueOrDefault(number, Task.CompletedTask);
        _busy[number] = After(before, Find(number), command.Clone());
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_busy.Values);
        foreach (var peer in _all.Values) await peer.DisposeAsync();
    }

    private static async Task After(Task before, Peer peer, JsonElement command)
    {
        await before;
        try
        {
            await peer.Obey(command);
        }
        catch (Exception problem) when (problem is SdpException or FormatException or InvalidOperationException)
        {
            peer.Tell(new { e = "ended", reason = problem.Message });
        }
    }

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
