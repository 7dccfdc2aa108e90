using System.Text.Json;
using QuicPair.Client;
using QuicPair.EndToEnd.Breaking;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;
using QuicPair.Rtc.Sockets;
using Xunit;

namespace QuicPair.EndToEnd.Cuts;

/// <summary>A device whose process dies in the middle of an answer, and which takes it up in another one.</summary>
internal sealed class KilledPhone : IAsyncDisposable
{
    private readonly PhoneCommand _command = new();
    private readonly Phone _phone;

    private KilledPhone() => _phone = new Phone(new PhoneOptions
    {
        Name = "killed",
        StorePath = _command.Store,
        Rtc = new RtcHostOptions { AdvertiseLoopback = true },
    });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<KilledPhone> Pair(MacProcess mac)
    {
        Assert.True(PairingLink.TryParse(await mac.Invite(), out var link, out string problem), problem);
        var phone = new KilledPhone();
        await (await phone._phone.Pair(link, Cancellation)).DisposeAsync();
        return phone;
    }

    /// <summary>Asks in a process of its own and kills it once it has printed so much of the answer.</summary>
    /// <param name="said">What it prints; empty is before the first word.</param>
    /// <param name="asked">Called when the process is on its way.</param>
    /// <param name="question">What the command is told.</param>
    /// <returns>What that process had printed.</returns>
    public async Task<(string Text, string Id, long Seq)> AskAndDie(
        string said, Func<Task> asked, params string[] question)
    {
        await using var chat = _command.Start(["chat", "--json", .. question]);
        await asked();
        var printed = 0;
        await chat.Line(line =>
        {
            if (!line.StartsWith('{')) return false;
            printed += Content(JsonElement.Parse(line)).Length;
            return said.Length == 0 ? line.Contains("\"id\":", StringComparison.Ordinal) : printed >= said.Length;
        });
        await chat.Kill();
        var (text, id, seq) = ("", "", 0L);
        foreach (var line in chat.Output.Split('\n'))
        {
            var message = JsonElement.Parse(line);
            id = message.GetProperty("id").GetString()!;
            seq = message.TryGetProperty("seq", out var number) ? number.GetInt64() : seq;
            text += Content(message);
        }

        return (text, id, seq);
    }

    /// <summary>The rest of an answer, by the library in this process.</summary>
    public async Task<string> TakeUp(string id, long seq)
    {
        await using var mac = await _phone.Open(_phone.Pairings.Load().Single(), Cancellation);
        var messages = await mac.Resume(id, seq).ToListAsync(Cancellation);
        Assert.IsType<DoneMessage>(messages[^1]);
        return string.Concat(messages.OfType<DeltaMessage>().Select(delta => delta.Content));
    }

    /// <summary>The rest of an answer, by the command.</summary>
    public async Task<string> TakeUpByCommand(string id, long seq)
    {
        var run = await _command.Run("chat", "--json", "--resume", id, "--after", $"{seq}");
        Assert.Equal((0, ""), (run.Exit, run.Errors));
        return Words.Of(run.Output);
    }

    public async ValueTask DisposeAsync()
    {
        await _phone.DisposeAsync();
        _command.Dispose();
    }

    private static string Content(JsonElement message) =>
        message.TryGetProperty("content", out var content) ? content.GetString()! : "";
}
