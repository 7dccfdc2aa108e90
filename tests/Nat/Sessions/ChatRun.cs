using System.Diagnostics;
using System.Text;
using System.Text.Json;
using QuicPair.EndToEnd;
using QuicPair.Nat.Lab;
using Xunit;

namespace QuicPair.Nat.Sessions;

/// <summary>One answer to <c>quicpair chat --json --stats</c>, word by word.</summary>
internal sealed class ChatRun : IDisposable
{
    private readonly Quicpair _command;
    private readonly StringBuilder _text = new();
    private JsonElement _stats;

    private ChatRun(Quicpair command) => _command = command;

    /// <summary>Words that have come.</summary>
    public int Heard { get; private set; }

    /// <summary>Times that the command said that the path was restarted under the same connection.</summary>
    public int Restarts { get; private set; }

    /// <summary>Times that it said that there is a new connection.</summary>
    public int Reconnections { get; private set; }

    public static ChatRun Start(Namespace place, Dictionary<string, string> settings, string link) =>
        new(Quicpair.Start(place, settings, "chat", link, "Speak", "--json", "--stats"));

    /// <summary>Waits for so many words; when the last of them came.</summary>
    public async Task<long> Reach(int words, CancellationToken cancellation)
    {
        while (Heard < words) await Next(cancellation);
        return Stopwatch.GetTimestamp();
    }

    /// <summary>Waits for the next restart of the path.</summary>
    public async Task Restarted(CancellationToken cancellation)
    {
        for (var before = Restarts; Restarts == before;) await Next(cancellation);
    }

    /// <summary>Waits for the next new connection.</summary>
    public async Task ConnectedAnew(CancellationToken cancellation)
    {
        for (var before = Reconnections; Reconnections == before;) await Next(cancellation);
    }

    /// <summary>The command stands still until <see cref="Wake"/>.</summary>
    public void Sleep() => _command.Freeze();

    public void Wake() => _command.Thaw();

    /// <summary>Waits for the end; every word must have come once. The statistics.</summary>
    public async Task<JsonElement> End(int words, CancellationToken cancellation)
    {
        while (_stats.ValueKind == JsonValueKind.Undefined) await Next(cancellation);
        Assert.Equal(string.Concat(Enumerable.Range(0, words).Select(MeteredRunner.Word)), _text.ToString());
        return _stats;
    }

    public void Dispose() => _command.Dispose();

    private async Task Next(CancellationToken cancellation)
    {
        var line = JsonSerializer.Deserialize<JsonElement>(await _command.Line("{", cancellation));
        switch (line.GetProperty("op").GetString())
        {
            case "delta":
                var content = line.GetProperty("content").GetString()!;
                _text.Append(content);
                Heard += content.Count(character => character == ' ');
                break;
            case "path":
                if (line.GetProperty("change").GetString() == "restarted") Restarts++;
                else Reconnections++;
                break;
            case "stats":
                _stats = line;
                break;
        }
    }
}
