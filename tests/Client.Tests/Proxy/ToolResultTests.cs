using System.Text;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Client.Tests.Proxy;

/// <summary>The results of OpenAI's tool calls, which name their call by its id.</summary>
public sealed class ToolResultTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Results_come_in_the_order_of_their_calls_also_where_one_tool_was_called_twice()
    {
        (string?, string)[] expected = [("f", "one"), ("f", "two"), ("f", "three"), ("g", "four")];
        Assert.Equal(expected, await Results($$"""
            {{Calls(("a", "f"), ("b", "f"))}},{{Result("b", "two")}},{{Result("a", "one")}},
            {{Calls(("b", "f"), ("a", "g"))}},{{Result("a", "four")}},{{Result("b", "three")}}
            """));
    }

    [Fact]
    public async Task A_result_of_no_known_call_comes_last_without_a_tool()
    {
        (string?, string)[] expected = [("f", "one"), (null, "lost")];
        Assert.Equal(expected, await Results($$"""
            {{Calls(("a", "f"))}},{{Result("unknown", "lost")}},{{Result("a", "one")}}
            """));
    }

    private static async Task<(string?, string)[]> Results(string messages)
    {
        await using var desk = await ProxyDesk.Start();
        using var body = new StringContent(
            $$"""{"model":"m:1b","messages":[{"role":"user","content":"Hi"},{{messages}}]}""",
            Encoding.UTF8,
            "application/json");
        using var reply = await desk.Http.PostAsync("/v1/chat/completions", body, Cancellation);
        Assert.Equal(200, (int)reply.StatusCode);
        var asked = desk.Mac.Phone.Received.OfType<ChatMessage>().Single();
        var results = asked.Turns!.Where(turn => turn.Role == ChatRole.Tool);
        return [.. results.Select(turn => (turn.ToolName, turn.Content))];
    }

    private static string Calls(params (string Id, string Tool)[] calls)
    {
        var each = calls.Select(call =>
            $$$"""{"id":"{{{call.Id}}}","type":"function","function":{"name":"{{{call.Tool}}}","arguments":"{}"}}""");
        return $$"""{"role":"assistant","content":null,"tool_calls":[{{string.Join(',', each)}}]}""";
    }

    private static string Result(string id, string content) =>
        $$"""{"role":"tool","tool_call_id":"{{id}}","content":"{{content}}"}""";
}
