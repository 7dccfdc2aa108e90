using Xunit;

namespace QuicPair.EndToEnd.Turns;

/// <summary>
/// Twenty phones ask one Mac that answers two at a time, all of it real but the runner, whose chats end when the test
/// ends them: so the order of service is the Mac's alone. A place is told at most once a second (docs/protocol.md, 7):
/// what is told is awaited behind the first turns, with QUICPAIR_SOAK=1 behind every one.
/// </summary>
public sealed class CrowdTests
{
    private const int Phones = 20;
    private const int Parallel = 2;

    // docs/protocol.md, 7: chats of a device that run or wait.
    private const int PerPhone = 8;

    private static readonly int WatchedTurns =
        Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1" ? int.MaxValue : 3;

    [Fact]
    public async Task Twenty_phones_are_served_in_turn_two_at_a_time_and_know_where_they_stand()
    {
        await using var runner = await HeldRunner.Start();
        await using var mac = await MacProcess.Start(settings: new Dictionary<string, string?>(runner.Settings)
        {
            ["Runner__Parallel"] = $"{Parallel}",

            // Twenty phones have one address here.
            ["Limits__Burst"] = "100000",
            ["Limits__PerSecond"] = "100000",
        });
        await using var crowd = new Crowd();
        await crowd.Pair(mac, Phones);
        var (running, waiting) = await AskAll(crowd, runner);
        Question[] questions = [.. running.Select(turn => turn.Question), .. waiting];

        for (var turn = 0; waiting.Count > 0; turn++)
        {
            // By turns the older and the younger of the two: who is next does not depend on who ends.
            var ending = running[turn % Parallel];
            running.Remove(ending);
            await Serve(ending);
            running.Add(await Begin(waiting[0], runner));
            waiting.RemoveAt(0);

            Assert.False(runner.HasAsked);
            Assert.Equal((Parallel, waiting.Count), await Load(mac));
            for (var ahead = 0; turn < WatchedTurns && ahead < waiting.Count; ahead++)
            {
                Assert.Equal(Parallel + ahead, await waiting[ahead].Place());
            }
        }

        foreach (var turn in running) await Serve(turn);
        Assert.Equal((questions.Length, 0), (runner.Chats, runner.Closed));
        foreach (var question in questions) AssertAdvances(question.Places);
    }

    /// <summary>
    /// One phone asks all that it may before anybody else does, then each of the others asks once: they come before
    /// what the greedy one has not been served with by then.
    /// </summary>
    /// <returns>Those that run, and those that wait in the order in which it is their turn.</returns>
    private static async Task<(List<Turn> Running, List<Question> Waiting)> AskAll(Crowd crowd, HeldRunner runner)
    {
        var (running, greedy, others) = (new List<Turn>(), new List<Question>(), new List<Question>());
        for (var asked = 0; asked < PerPhone; asked++)
        {
            var question = crowd.Ask(0, $"greedy {asked}");
            if (asked < Parallel)
            {
                running.Add(await Begin(question, runner));
                continue;
            }

            Assert.Equal(asked, await question.Place());
            greedy.Add(question);
        }

        for (var phone = 1; phone < Phones; phone++)
        {
            var question = crowd.Ask(phone, $"phone {phone}");
            Assert.Equal(Parallel + others.Count, await question.Place());
            others.Add(question);
        }

        for (var ahead = 0; ahead < greedy.Count; ahead++)
        {
            await greedy[ahead].Reaches(Parallel + others.Count + ahead);
        }

        return (running, [.. others, .. greedy]);
    }

    /// <summary>The next chat at the runner is that question.</summary>
    private static async Task<Turn> Begin(Question question, HeldRunner runner)
    {
        var chat = await runner.Asked();
        Assert.Equal(question.Prompt, chat.Prompt);
        return new Turn(question, chat);
    }

    private static async Task Serve(Turn turn)
    {
        var answer = $"This is for {turn.Question.Prompt}.";
        turn.Chat.Say(answer);
        turn.Chat.Finish();
        Assert.Equal(answer, await turn.Question.Answer());
    }

    private static async Task<(int Running, int Waiting)> Load(MacProcess mac)
    {
        var status = (await mac.Ask(new { op = "status" })).GetProperty("status");
        return (status.GetProperty("running").GetInt32(), status.GetProperty("waiting").GetInt32());
    }

    /// <summary>
    /// Once all had asked, each place that was told was nearer than the one before; those that run are ahead of all.
    /// </summary>
    private static void AssertAdvances(IReadOnlyList<int> places)
    {
        int[] told = [.. places.SkipWhile(place => place < places.Max())];
        Assert.Equal(told.Distinct().OrderDescending(), told);
        Assert.DoesNotContain(told, place => place < Parallel);
    }

    private sealed record Turn(Question Question, HeldChat Chat);
}
