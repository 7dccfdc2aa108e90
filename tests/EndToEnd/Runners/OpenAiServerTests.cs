using System.Text.Json;
using QuicPair.EndToEnd.Breaking;
using QuicPair.EndToEnd.Turns;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;
using Xunit;
using ErrorCode = QuicPair.Protocol.ErrorCode;

namespace QuicPair.EndToEnd.Runners;

/// <summary>
/// A Mac whose models are behind a server of OpenAI's API with real inference: llama-server, where it is installed.
/// </summary>
public sealed class OpenAiServerTests
{
    private const string Prompt = "Tell me about the river and the old map";

    [Theory]
    [InlineData("auto")]
    [InlineData("openai")]
    public async Task An_answer_of_a_seed_and_the_models_arrive_unchanged_in_the_terminal(string kind)
    {
        await using var server = await OpenAiServer.Start();
        await using var mac = await MacProcess.Start(settings: server.Settings(kind));
        using var phone = new PhoneCommand();
        var direct = await Seeded(server, 23);
        Assert.NotEqual(await Seeded(server, 24), direct);

        var (exit, output, errors) = await phone.Run("chat", "--seed", "23", await mac.Invite(), Prompt);

        Assert.Equal((0, direct, ""), (exit, output, errors));
        var models = JsonElement.Parse((await phone.Run("models", "--json")).Output);
        Assert.Equal(OpenAiServer.Model, Assert.Single(models.EnumerateArray()).GetProperty("name").GetString());
        var status = (await mac.Ask(new { op = "status" })).GetProperty("status");
        Assert.Equal(server.Description, status.GetProperty("runner").GetString());
        Assert.Empty(mac.Process.Complaints);
    }

    [Fact]
    public async Task A_phones_options_reach_the_server_and_its_counts_reach_the_phone()
    {
        await using var server = await OpenAiServer.Start();
        await using var mac = await MacProcess.Start(settings: server.Settings("openai"));
        await using var phone = await TestPhone.Pair(mac);
        var direct = await server.Direct(
            Prompt, new Dictionary<string, object> { ["temperature"] = 0, ["max_tokens"] = 12 });
        Assert.Equal(("length", 12L), (direct.Reason, direct.Tokens));

        var (text, end) = await phone.AskWithEnd(new ChatMessage
        {
            Prompt = Prompt,
            Options = new ChatOptions { Temperature = 0, MaxTokens = 12 },
        });

        Assert.Equal(direct.Text, text);
        Assert.Equal(DoneReason.Length, end.Reason);
        Assert.Equal(direct.Tokens, end.Statistics!.Tokens);
        Assert.Equal(direct.PromptTokens, end.Statistics.PromptTokens);
    }

    [Fact]
    public async Task Stop_of_a_phone_ends_the_servers_work()
    {
        await using var server = await OpenAiServer.Start(isEndless: true);
        await using var mac = await MacProcess.Start(settings: server.Settings("openai"));
        await using var phones = new Crowd();
        await phones.Pair(mac, 1);
        var question = phones.Ask(0, Prompt);
        await question.Next<DeltaMessage>();
        Assert.False(server.HasGivenUp);

        question.Stop();

        Assert.Equal(ErrorCode.Cancelled, (await question.Next<ErrorMessage>()).Code);
        await server.GaveUp();
    }

    private static async Task<string> Seeded(OpenAiServer server, int seed) =>
        (await server.Direct(Prompt, new Dictionary<string, object> { ["seed"] = seed })).Text;
}
