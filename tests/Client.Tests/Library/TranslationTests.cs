using Microsoft.Extensions.AI;
using QuicPair.Client.Translation;
using QuicPair.Protocol.Messages;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;
using Wire = QuicPair.Protocol.Chat;

namespace QuicPair.Client.Tests.Library;

/// <summary>What becomes of a conversation of Microsoft.Extensions.AI, without a Mac.</summary>
public sealed class TranslationTests
{
    private static readonly byte[] Pixel = [137, 80, 78, 71];

    [Fact]
    public void A_penalty_that_a_Mac_does_not_have_is_refused_and_none_is_none()
    {
        foreach (var options in (ChatOptions[])[new() { FrequencyPenalty = 0.5f }, new() { PresencePenalty = -1 }])
        {
            var refusal = Assert.Throws<NotSupportedException>(() => ChatRequests.From(Hi(), options));
            Assert.Contains("penalty", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Single(ChatRequests.From(Hi(), new() { FrequencyPenalty = 0, PresencePenalty = 0 }).Turns!);
    }

    [Fact]
    public void A_content_without_a_place_is_refused_by_name_also_beside_a_result()
    {
        foreach (var content in (AIContent[])[new HostedFileContent("file-1"), new ErrorContent("no")])
        {
            List<IList<AIContent>> both = [[content], [new FunctionResultContent("1", "x"), content]];
            foreach (var contents in both)
            {
                var refusal = Assert.Throws<NotSupportedException>(
                    () => ChatRequests.From([new ChatMessage(ChatRole.User, contents)], null));
                Assert.Contains(content.GetType().Name, refusal.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void What_an_answer_brought_along_beside_its_words_may_be_sent_back()
    {
        List<AIContent> answer = [new TextReasoningContent("hm"), new TextContent("A dot."), new UsageContent()];
        var turn = Assert.Single(Turns(new ChatMessage(ChatRole.Assistant, answer)));
        Assert.Equal((Wire.ChatRole.Assistant, "A dot."), (turn.Role, turn.Content));
    }

    [Fact]
    public void What_stands_beside_a_tools_result_is_a_turn_behind_it()
    {
        var turns = Turns(
            Calls(("1", "Look")),
            new ChatMessage(
                ChatRole.Tool,
                [new TextContent("seen"), new FunctionResultContent("1", "one"), new DataContent(Pixel, "image/png")]));
        List<(Wire.ChatRole, string)> expected = [(Wire.ChatRole.Tool, "one"), (Wire.ChatRole.User, "seen")];
        Assert.Equal(expected, turns.Skip(1).Select(turn => (turn.Role, turn.Content)));
        Assert.Equal([Convert.ToBase64String(Pixel)], turns[2].Images!);
        Assert.Null(turns[1].Images);
    }

    [Fact]
    public void An_answer_that_holds_its_calls_and_their_results_is_taken_apart_in_order()
    {
        var turns = Turns(new ChatMessage(
            ChatRole.Assistant,
            [
                new TextContent("I look."),
                new FunctionCallContent("1", "Look"),
                new FunctionResultContent("1", "one"),
                new TextContent("A dot."),
            ]));
        List<(Wire.ChatRole, string)> expected =
            [(Wire.ChatRole.Assistant, "I look."), (Wire.ChatRole.Tool, "one"), (Wire.ChatRole.Assistant, "A dot.")];
        Assert.Equal(expected, turns.Select(turn => (turn.Role, turn.Content)));
        Assert.NotNull(turns[0].ToolCalls);
        Assert.Null(turns[2].ToolCalls);
        Assert.Equal("Look", turns[1].ToolName);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Results_come_in_the_order_of_their_calls_also_where_one_tool_was_called_twice(bool inOneMessage)
    {
        List<AIContent> results =
        [
            new FunctionResultContent("lost", "none"),
            new FunctionResultContent("2", "two"),
            new FunctionResultContent("1", "one"),
        ];
        List<ChatMessage> answers = inOneMessage
            ? [new(ChatRole.Tool, results)]
            : [.. results.Select(result => new ChatMessage(ChatRole.Tool, [result]))];
        var turns = Turns([Calls(("1", "Weather"), ("2", "Weather")), .. answers, new(ChatRole.User, "And now?")]);
        List<(string?, string)> expected =
            [("Weather", "one"), ("Weather", "two"), (null, "none"), (null, "And now?")];
        Assert.Equal(expected, turns.Skip(1).Select(turn => (turn.ToolName, turn.Content)));
    }

    [Fact]
    public void Calls_of_two_answers_have_ids_of_their_own()
    {
        Assert.Equal(["call_first_0", "call_first_1"], CallIds("first", 1, 2));
        Assert.Equal(["call_second_0"], CallIds("second", 1));
    }

    [Fact]
    public void The_id_of_a_call_is_as_OpenAIs_API_takes_it_however_long_the_answer()
    {
        var chat = $"-_Az09bC{new string('x', 56)}";
        Assert.Equal(["call_-_Az09bC_0", "call_-_Az09bC_1"], CallIds(chat, long.MaxValue - 1, long.MaxValue));
    }

    private static List<string> CallIds(string chat, params long[] numbers)
    {
        var updates = new ChatUpdates("m");
        var calls = numbers.Select(
            number => new ToolCallMessage { Id = chat, Seq = number, Name = "f", Arguments = "{}" });
        var contents = calls.SelectMany(call => updates.From(call).Contents.OfType<FunctionCallContent>());
        return [.. contents.Select(content => content.CallId)];
    }

    private static List<ChatMessage> Hi() => [new(ChatRole.User, "Hi")];

    private static ChatMessage Calls(params (string Id, string Tool)[] calls) =>
        new(ChatRole.Assistant, [.. calls.Select(call => new FunctionCallContent(call.Id, call.Tool))]);

    private static IReadOnlyList<Wire.ChatTurn> Turns(params IEnumerable<ChatMessage> messages) =>
        ChatRequests.From(messages, null).Turns!;
}
