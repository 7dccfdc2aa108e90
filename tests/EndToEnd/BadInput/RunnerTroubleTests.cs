using Xunit;

namespace QuicPair.EndToEnd.BadInput;

/// <summary>Ollama's troubles as a phone sees them.</summary>
public sealed class RunnerTroubleTests
{
    [Fact]
    public async Task An_Ollama_that_went_away_is_unreachable_and_is_found_again()
    {
        await using var runner = await TestRunner.Start(seed: 5);
        await using var mac = await MacProcess.Start(settings: runner.Settings);
        using var phone = new PhoneCommand();
        Assert.Equal(0, (await phone.Run("chat", await mac.Invite(), "the river")).Exit);

        await runner.DisposeAsync();
        var (exit, output, _) = await phone.Run("chat", "--json", "the river");

        Assert.Equal((1, 1), (exit, output.Split("\"runner_unreachable\"").Length - 1));
        Assert.Empty(mac.Process.Complaints);
        await using var again = await TestRunner.Start(seed: 5, port: runner.Address.Port);
        Assert.Equal(0, (await phone.Run("chat", "the river")).Exit);
    }

    [Fact]
    public async Task An_Ollama_that_breaks_in_mid_answer_leaves_the_words_before_it()
    {
        await using var runner = await TestRunner.Start(seed: 5, faultAfter: 30);
        await using var mac = await MacProcess.Start(settings: runner.Settings);
        using var phone = new PhoneCommand();
        await using var whole = await TestRunner.Start(seed: 5);
        var text = await whole.Direct("the river");

        var (exit, output, errors) = await phone.Run("chat", await mac.Invite(), "the river");

        Assert.Equal(1, exit);
        Assert.NotEmpty(output.Trim());
        Assert.StartsWith(output.TrimEnd(), text, StringComparison.Ordinal);
        Assert.Contains("an error was encountered while running the model", errors, StringComparison.Ordinal);
        var (_, lines, _) = await phone.Run("chat", "--json", "the river");
        Assert.Contains("\"op\":\"delta\"", lines, StringComparison.Ordinal);
        Assert.Contains("\"runner_failed\"", lines.Split('\n')[^1], StringComparison.Ordinal);
        Assert.Empty(mac.Process.Complaints);
    }
}
