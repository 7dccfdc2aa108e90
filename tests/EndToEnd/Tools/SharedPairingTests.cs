using System.Text.Json;
using QuicPair.EndToEnd.Turns;
using Xunit;

namespace QuicPair.EndToEnd.Tools;

/// <summary>
/// Programs of one device, each with a connection of its own. The Mac keeps the newest one; whoever has an answer under
/// way takes it back after a while.
/// </summary>
public sealed class SharedPairingTests
{
    // Of a turn: the one that another program would have is at least as long.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_long_chat_and_questions_through_the_proxy_are_answered_whole_and_asked_once()
    {
        await using var runner = await HeldRunner.Start();
        await using var mac = await MacProcess.Start(settings: Settings(runner));
        using var phone = new PhoneCommand();
        await using var proxy = await ProxyProcess.Start(mac, phone);
        using var http = new HttpClient { BaseAddress = new Uri(proxy.Url) };
        await using var chat = phone.Start("chat", "count");
        var count = await runner.Asked();
        await Count("zero");

        foreach (var number in (string[])["one", "two"])
        {
            var asking = Ask(http, $"What is {number}?");
            var question = await runner.Asked();
            Assert.Equal($"What is {number}?", question.Prompt);

            // The proxy has the connection; with the next word the chat has it back, and the proxy with its answer.
            await Count(number);
            question.Say($"It is {number}.");
            question.Finish();
            Assert.Equal($"It is {number}.", await asking);
        }

        count.Finish();
        Assert.Equal(0, await chat.Exit());
        Assert.Equal(("zero\none\ntwo", ""), (chat.Output, chat.Errors));
        Assert.Equal((3, 0), (runner.Chats, runner.Closed));

        async Task Count(string number)
        {
            count.Say(number + "\n");
            await chat.Line(line => line == number);
        }
    }

    [Fact]
    public async Task Two_long_answers_take_turns_and_both_come_whole()
    {
        await using var runner = await HeldRunner.Start();
        await using var mac = await MacProcess.Start(settings: Settings(runner));
        using var folder = new PhoneCommand();
        Assert.Equal(0, await Pair(folder, runner, mac));
        await using var first = new SharingProgram(folder.Store, Pause);
        await using var second = new SharingProgram(folder.Store, Pause);
        var one = first.Ask("one");
        var oneHeld = await runner.Asked();
        var two = second.Ask("two");
        var twoHeld = await runner.Asked();

        // What one hears it hears in its turn.
        string[] words = ["zero ", "one ", "two ", "three ", "four "];
        foreach (var word in words)
        {
            oneHeld.Say(word);
            Assert.Equal(word, await first.Heard());
            twoHeld.Say(word);
            Assert.Equal(word, await second.Heard());
        }

        oneHeld.Finish();
        twoHeld.Finish();
        Assert.Equal(string.Concat(words), await one);
        Assert.Equal(string.Concat(words), await two);
        Assert.Equal((3, 0), (runner.Chats, runner.Closed));
        Assert.True(first.Connections > 1, $"The first program connected {first.Connections} times.");
    }

    private static Dictionary<string, string?> Settings(HeldRunner runner) => new(runner.Settings)
    {
        ["Runner__Parallel"] = "2",

        // Programs of one machine connect many times a second here.
        ["Limits__Burst"] = "100000",
        ["Limits__PerSecond"] = "100000",
    };

    private static async Task<int> Pair(PhoneCommand phone, HeldRunner runner, MacProcess mac)
    {
        await using var chat = phone.Start("chat", await mac.Invite(), "pair");
        (await runner.Asked()).Finish();
        return await chat.Exit();
    }

    private static async Task<string> Ask(HttpClient http, string question)
    {
        var body = JsonSerializer.Serialize(new
        {
            model = "held",
            messages = new[] { new { role = "user", content = question } },
            stream = false,
        });
        using var response = await http.PostAsync("/api/chat", new StringContent(body), Cancellation);
        var answer = await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Cancellation);
        return JsonElement.Parse(answer).GetProperty("message").GetProperty("content").GetString()!;
    }
}
