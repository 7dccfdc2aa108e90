using System.Text;
using System.Text.Json;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Tests.Answers;

namespace QuicPair.Silo.Tests.Phones;

/// <summary>Real sessions (Noise, frames) whose channel is cut after a frame, and another that resumes.</summary>
public sealed class ResumeTests : IDisposable
{
    private const int Tokens = 200;

    // Words with everything that may go wrong between them: escapes, pairs of surrogates, joined signs.
    private static readonly string[] Words =
        [" the", " \"quoted\"", "\n", " é", "😀", "👩‍👩‍👧", "\\", " {", "\u0001", " 日本"];

    private static readonly string[] Answer =
        [.. Enumerable.Range(0, Tokens).Select(number => $"{Words[number % Words.Length]}{number}")];

    private readonly SessionDesk _desk = new();

    public void Dispose() => _desk.Dispose();

    [Fact]
    public async Task A_cut_after_any_frame_of_200_loses_nothing_and_asks_the_runner_once()
    {
        var record = _desk.Pair();
        for (var k = 0; k <= Tokens; k++)
        {
            Assert.Equal(string.Concat(Answer), await CutAfter(record, k));
            Assert.False(_desk.Runner.HasBegun);
            await Idle();
        }
    }

    [Fact]
    public async Task A_phone_that_is_cut_after_every_frame_gets_all_of_them()
    {
        var record = _desk.Pair();
        var text = new StringBuilder();
        var script = default(ScriptedRunner.Script);
        for (var k = 0; k < Tokens; k++)
        {
            using var phone = await _desk.ConnectPaired(record);
            await phone.Send(k == 0
                ? """{"op":"chat","id":"c","prompt":"hi"}"""
                : $$"""{"op":"resume","id":"c","after":{{k}}}""");
            script ??= await _desk.Runner.Begun();
            script.Say(Answer[k]);
            text.Append(await NextText(phone, k));
            phone.Channel.Close();
            await phone.Run;
        }

        Assert.Equal(string.Concat(Answer), text.ToString());
        Assert.False(_desk.Runner.HasBegun);
    }

    [Fact]
    public async Task Two_connections_take_turns_and_only_the_latest_hears()
    {
        var record = _desk.Pair();
        using var first = await _desk.ConnectPaired(record);
        await first.Send("""{"op":"chat","id":"c","prompt":"hi"}""");
        var script = await _desk.Runner.Begun();
        script.Say("a");
        await NextText(first, 0);

        using var second = await _desk.ConnectPaired(record);
        await second.Send("""{"op":"resume","id":"c","after":0}""");
        Assert.Equal("a", await NextText(second, 0));
        script.Say("b");
        script.Finish();

        Assert.Equal("b", await NextText(second, 1));
        Assert.DoesNotContain(await first.UntilEnd(), message => message.Contains("\"b\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_device_cannot_resume_it()
    {
        using var phone = await _desk.ConnectPaired(_desk.Pair());
        await phone.Send("""{"op":"chat","id":"c","prompt":"hi"}""");
        (await _desk.Runner.Begun()).Say("secret");
        await NextText(phone, 0);

        using var other = await _desk.ConnectPaired(_desk.Pair());
        await other.Send("""{"op":"resume","id":"c","after":0}""");

        Assert.StartsWith(
            """{"op":"error","id":"c","for":"resume","code":"not_found",""", await other.Next(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(9, true)]
    public async Task Behind_what_there_is_nothing_is_resumed(int after, bool hasEnded)
    {
        using var phone = await _desk.ConnectPaired(_desk.Pair());
        await phone.Send("""{"op":"chat","id":"c","prompt":"hi"}""");
        var script = await _desk.Runner.Begun();
        script.Say("a");
        await NextText(phone, 0);
        if (hasEnded)
        {
            script.Finish();
            Assert.Equal("done", (await Entry(phone)).Op);
        }

        await phone.Send($$"""{"op":"resume","id":"c","after":{{after}}}""");

        Assert.StartsWith(
            """{"op":"error","id":"c","for":"resume","code":"not_found",""", await phone.Next(),
            StringComparison.Ordinal);
        if (hasEnded) return;
        script.Say("b");
        Assert.Equal("b", await NextText(phone, 1));
    }

    [Fact]
    public async Task A_long_silence_of_the_runner_is_bridged_by_pings_and_the_answer_arrives()
    {
        using var phone = await _desk.ConnectPaired(_desk.Pair());
        await phone.Send("""{"op":"chat","id":"c","prompt":"hi"}""");
        var script = await _desk.Runner.Begun();
        _desk.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("reading", await phone.Next(), StringComparison.Ordinal);

        for (var second = 0; second < 300; second++)
        {
            _desk.Time.Advance(TimeSpan.FromSeconds(1));
            if (second % 15 == 14) await phone.HearPing();
        }

        script.Say("at last");
        Assert.Equal("at last", await NextText(phone, 0));
    }

    [Fact]
    public async Task A_phone_that_sleeps_five_minutes_gets_its_answer_and_after_ten_it_is_gone()
    {
        var record = _desk.Pair();
        using (var phone = await _desk.ConnectPaired(record))
        {
            await phone.Send("""{"op":"chat","id":"c","prompt":"hi"}""");
            var script = await _desk.Runner.Begun();
            phone.Channel.Close();
            await phone.Run;
            _desk.Time.Advance(TimeSpan.FromMinutes(5));
            script.Say("done while you slept");
            script.Finish();
            await Idle();
        }

        using (var again = await _desk.ConnectPaired(record))
        {
            await again.Send("""{"op":"resume","id":"c","after":0}""");
            Assert.Equal("done while you slept", await NextText(again, 0));
        }

        _desk.Time.Advance(TimeSpan.FromMinutes(10));
        using var late = await _desk.ConnectPaired(record);
        await late.Send("""{"op":"resume","id":"c","after":0}""");
        Assert.Contains("not_found", await late.Next(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_a_chat_is_on_the_disk()
    {
        using var phone = await _desk.ConnectPaired(_desk.Pair());
        await phone.Send("""{"op":"chat","id":"c","prompt":"canary-question"}""");
        var script = await _desk.Runner.Begun();
        script.Say("canary-answer");
        await NextText(phone, 0);
        script.Finish();
        Assert.Contains("done", await phone.Next(), StringComparison.Ordinal);

        var files = Directory.GetFiles(_desk.Folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "lock").ToArray();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.DoesNotContain(
            "canary", Encoding.Latin1.GetString(File.ReadAllBytes(file)), StringComparison.Ordinal));
    }

    /// <summary>The whole text that a phone has that was cut off after k deltas.</summary>
    private async Task<string> CutAfter(DeviceRecord record, int k)
    {
        var text = new StringBuilder();
        ScriptedRunner.Script script;
        using (var phone = await _desk.ConnectPaired(record))
        {
            await phone.Send($$"""{"op":"chat","id":"c{{k}}","prompt":"hi"}""");
            script = await _desk.Runner.Begun();
            for (var token = 0; token < k; token++)
            {
                script.Say(Answer[token]);
                text.Append(await NextText(phone, token));
            }

            phone.Channel.Close();
            await phone.Run;
        }

        // Half of the rest while nobody listens, half live.
        var middle = (k + Tokens) / 2;
        for (var token = k; token < middle; token++) script.Say(Answer[token]);
        using var again = await _desk.ConnectPaired(record);
        await again.Send($$"""{"op":"resume","id":"c{{k}}","after":{{k}}}""");
        for (var token = middle; token < Tokens; token++) script.Say(Answer[token]);
        script.Finish();
        while (await Entry(again) is { Op: not "done" } entry) text.Append(entry.Content);
        return text.ToString();
    }

    private async Task Idle()
    {
        while (_desk.Answers.Running > 0) await Task.Yield();
    }

    private static async Task<string> NextText(TestPhone phone, long after)
    {
        var entry = await Entry(phone);
        Assert.Equal(("delta", after + 1), (entry.Op, entry.Seq));
        return entry.Content;
    }

    /// <summary>The next message with a number.</summary>
    private static async Task<(string Op, long Seq, string Content)> Entry(TestPhone phone)
    {
        while (true)
        {
            var message = await phone.Next();
            Assert.NotNull(message);
            using var json = JsonDocument.Parse(message);
            var root = json.RootElement;
            if (!root.TryGetProperty("seq", out var seq)) continue;
            var content = root.TryGetProperty("content", out var text) ? text.GetString()! : "";
            return (root.GetProperty("op").GetString()!, seq.GetInt64(), content);
        }
    }
}
