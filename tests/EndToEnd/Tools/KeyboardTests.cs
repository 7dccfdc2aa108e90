using System.Text.Json;
using QuicPair.EndToEnd.Breaking;
using QuicPair.EndToEnd.Cuts;
using Xunit;

namespace QuicPair.EndToEnd.Tools;

/// <summary>A person at a keyboard: the real command at a terminal, and the signals that keys send.</summary>
public sealed class KeyboardTests
{
    private const int Count = 5;

    [Fact]
    public async Task Ctrl_C_cancels_the_answer_and_the_next_question_is_answered()
    {
        Terminal.Require();
        await using var runner = new MeteredRunner(Count);
        await using var mac = await MacProcess.Start(settings: runner.Settings);
        using var phone = new PhoneCommand();
        await using var chat = phone.StartAtTerminal("chat", "--json", await mac.Invite());
        await chat.Line(line => line.Contains("Connected to ", StringComparison.Ordinal));

        await Type(chat, "one\n");
        Assert.Contains("\"one\"", await runner.Asked(), StringComparison.Ordinal);
        runner.Say(2);
        await chat.Line(Words.IsDelta);
        await Type(chat, Terminal.ControlC);
        await chat.Line(IsCancelled);

        await Type(chat, "two\n");
        var asked = await runner.Asked();
        Assert.Contains("\"two\"", asked, StringComparison.Ordinal);
        Assert.DoesNotContain("\"one\"", asked, StringComparison.Ordinal);

        // What the first answer would have taken, too.
        runner.Say(2 * (Count + 1));
        await chat.Line(line => line.Contains("\"op\":\"done\"", StringComparison.Ordinal));
        chat.Input.Close();
        Assert.Equal(0, await chat.Exit());
        Assert.Equal(CutStage.Said(Count), SecondAnswer(chat.Output));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("1")]
    public async Task A_screen_has_colours_unless_NO_COLOR_is_set(string? noColor)
    {
        const string colour = @"\e\[[\d;]*m";
        Terminal.Require();
        var home = Directory.CreateTempSubdirectory("quicpair-phone-");
        try
        {
            await using var doctor = Terminal.Start(
                ["dotnet", Tree.Program("Cli"), "doctor"],
                new Dictionary<string, string?>
                {
                    ["QUICPAIR_HOME"] = home.FullName,
                    ["TERM"] = "xterm-256color",
                    ["NO_COLOR"] = noColor,
                });

            Assert.InRange(await doctor.Exit(), 0, 1);
            Assert.Contains("settings", doctor.Output, StringComparison.Ordinal);
            if (noColor is null) Assert.Matches(colour, doctor.Output);
            else Assert.DoesNotMatch(colour, doctor.Output);
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private static bool IsCancelled(string line) => line.Contains("\"code\":\"cancelled\"", StringComparison.Ordinal);

    private static async Task Type(ChildProcess chat, string keys)
    {
        await chat.Input.WriteAsync(keys);
        await chat.Input.FlushAsync();
    }

    /// <summary>The screen shows what was typed, too.</summary>
    private static string SecondAnswer(string screen) => string.Concat(screen.Split('\n')
        .SkipWhile(line => !IsCancelled(line))
        .Where(Words.IsDelta)
        .Select(line => JsonElement.Parse(line[line.IndexOf('{', StringComparison.Ordinal)..]))
        .Select(message => message.GetProperty("content").GetString()));
}
