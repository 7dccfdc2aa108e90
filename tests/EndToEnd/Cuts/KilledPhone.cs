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

    public static async Task<KilledPhone> Pair(PairingLink link)
    {
        var phone = new KilledPhone();
        await (await phone._phone.Pair(link, Cancellation)).DisposeAsync();
        return phone;
    }

    /// <summary>Asks in a process of its own and kills it behind a word; 0 is before the first.</summary>
    /// <returns>What that process had printed.</returns>
    public async Task<(string Text, string Id, long Seq)> AskAndDie(int word, Func<Task> asked)
    {
        await using var chat = _command.Start("chat", "--json", "Count");
        await asked();
        var last = word == 0 ? "\"id\":" : MeteredRunner.Word(word - 1) + "\"";
        await chat.Line(line => line.Contains(last, StringComparison.Ordinal));
        await chat.Kill();
        var (text, id, seq) = ("", "", 0L);
        foreach (var line in chat.Output.Split('\n'))
        {
            var message = JsonElement.Parse(line);
            id = message.GetProperty("id").GetString()!;
            seq = message.TryGetProperty("seq", out var number) ? number.GetInt64() : seq;
            text += message.TryGetProperty("content", out var content) ? content.GetString() : "";
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
}
