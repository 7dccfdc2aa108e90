using System.ComponentModel;
using System.Text.Json;
using Microsoft.Extensions.AI;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Models;
using Ai = Microsoft.Extensions.AI;
using ChatMessage = QuicPair.Protocol.Messages.ChatMessage;
using ChatOptions = Microsoft.Extensions.AI.ChatOptions;
using ChatRole = Microsoft.Extensions.AI.ChatRole;

namespace QuicPair.Client.Tests.Library;

/// <summary>The Mac's models as an <see cref="IChatClient"/>.</summary>
public sealed class ChatClientTests : IAsyncLifetime
{
    private static readonly byte[] Pixel = [137, 80, 78, 71];

    private readonly TemporaryFolder _folder = new();
    private readonly TestMac _mac = new();
    private Phone _phone = null!;
    private MacConnection _connection = null!;
    private QuicPairChatClient _client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ChatMessage Asked => _mac.Phone.Received.OfType<ChatMessage>().Last();

    public ValueTask InitializeAsync()
    {
        _phone = _mac.NewPhone(_folder);
        _connection = _phone.Connect(_mac.Link);
        _client = new QuicPairChatClient(_connection, "default:1b");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _connection.DisposeAsync();
        await _phone.DisposeAsync();
        _mac.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_answer_streams_with_thinking_usage_and_times()
    {
        _mac.OnChat = (peer, chat) =>
        {
            peer.Send(new QueuedMessage { Id = chat.Id, Position = 2 });
            peer.Send(new StatusMessage { Id = chat.Id, Stage = LoadStage.Loading });
            peer.Send(new ThinkingMessage { Id = chat.Id, Seq = 1, Content = "hm" });
            peer.Send(new DeltaMessage { Id = chat.Id, Seq = 2, Content = "a" });
            peer.Send(new DeltaMessage { Id = chat.Id, Seq = 3, Content = "b" });
            peer.Send(new DoneMessage
            {
                Id = chat.Id,
                Seq = 4,
                Reason = DoneReason.Length,
                Statistics = Statistics(tokens: 3),
            });
        };
        var updates = await _client.GetStreamingResponseAsync("Hi", cancellationToken: Cancellation)
            .ToListAsync(Cancellation);
        Assert.Equal(2, Assert.IsType<QueuedMessage>(updates[0].RawRepresentation).Position);
        Assert.Equal(["", "", "", "a", "b", ""], updates.Select(update => update.Text));
        var response = updates.ToChatResponse();
        Assert.Equal("ab", response.Text);
        Assert.Equal("hm", response.Messages[0].Contents.OfType<TextReasoningContent>().Single().Text);
        Assert.Equal(ChatFinishReason.Length, response.FinishReason);
        Assert.Equal((11L, 3L), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount));
        Assert.Equal(40L, updates[^1].AdditionalProperties!["ttft_ms"]);
        Assert.Equal("default:1b", response.ModelId);
    }

    [Fact]
    public async Task Options_become_those_of_the_protocol()
    {
        var options = new ChatOptions
        {
            ModelId = "other:7b",
            Instructions = "Be brief.",
            Temperature = 0.5f,
            TopK = 3,
            TopP = 0.25f,
            Seed = 7,
            MaxOutputTokens = 9,
            StopSequences = ["\n"],
            ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"type":"object"}""")),
            Reasoning = new ReasoningOptions { Effort = ReasoningEffort.None },
            AdditionalProperties = new() { ["num_ctx"] = 4096, ["min_p"] = 0.125, ["repeat_penalty"] = 1.5 },
        };
        await _client.GetResponseAsync("Hi", options, Cancellation);
        Assert.Equal(("other:7b", "Be brief.", false), (Asked.Model, Asked.System, Asked.Think));
        var sent = Asked.Options!;
        Assert.Equal((0.5, 3L, 0.25, 7L), (sent.Temperature, sent.TopK, sent.TopP, sent.Seed));
        Assert.Equal((9L, 4096L, 0.125, 1.5), (sent.MaxTokens, sent.ContextLength, sent.MinP, sent.RepeatPenalty));
        Assert.Equal(["\n"], sent.Stop!);
        Assert.Equal("""{"type":"object"}""", Asked.Format);
    }

    [Fact]
    public async Task A_conversation_with_an_image_is_sent_turn_by_turn()
    {
        List<Ai.ChatMessage> conversation =
        [
            new(ChatRole.System, "Look."),
            new(ChatRole.User, [new TextContent("What is it?"), new DataContent(Pixel, "image/png")]),
            new(ChatRole.Assistant, [new TextReasoningContent("hm"), new TextContent("A dot.")]),
            new(ChatRole.User, "Sure?"),
        ];
        await _client.GetResponseAsync(conversation, cancellationToken: Cancellation);
        Assert.Equal(["Look.", "What is it?", "A dot.", "Sure?"], Asked.Turns!.Select(turn => turn.Content));
        Assert.Equal([Convert.ToBase64String(Pixel)], Asked.Turns![1].Images!);
        Assert.All([0, 2, 3], i => Assert.Null(Asked.Turns![i].Images));
    }

    [Fact]
    public async Task A_tool_is_declared_called_and_its_result_sent_back()
    {
        _mac.OnChat = (peer, chat) =>
        {
            if (chat.Turns![^1].Role is QuicPair.Protocol.Chat.ChatRole.Tool)
            {
                peer.Send(new DeltaMessage { Id = chat.Id, Seq = 1, Content = "It is " + chat.Turns[^1].Content });
            }
            else
            {
                peer.Send(new ToolCallMessage
                {
                    Id = chat.Id,
                    Seq = 1,
                    Name = "Weather",
                    Arguments = """{"city":"Bern","days":2}""",
                });
            }

            peer.Send(new DoneMessage { Id = chat.Id, Seq = 2, Reason = DoneReason.Stop });
        };
        using var client = new ChatClientBuilder(_client).UseFunctionInvocation().Build();
        var tool = AIFunctionFactory.Create(
            ([Description("Where")] string city, int days) => $"{city}: {days} sunny days", "Weather", "The weather.");
        var response = await client.GetResponseAsync("Weather?", new ChatOptions { Tools = [tool] }, Cancellation);
        Assert.Equal("It is Bern: 2 sunny days", response.Text);
        var declared = JsonElement.Parse(Asked.Tools!)[0];
        Assert.Equal("function", declared.GetProperty("type").GetString());
        Assert.Equal("Weather", declared.GetProperty("function").GetProperty("name").GetString());
        Assert.Equal(
            "Where",
            declared.GetProperty("function").GetProperty("parameters").GetProperty("properties").GetProperty("city")
                .GetProperty("description").GetString());
        Assert.Equal(
            """[{"function":{"name":"Weather","arguments":{"city":"Bern","days":2}}}]""", Asked.Turns![1].ToolCalls);
        Assert.Equal("Weather", Asked.Turns[2].ToolName);
    }

    [Fact]
    public async Task An_error_of_the_mac_is_an_exception_with_its_code_and_sentence()
    {
        _mac.OnChat = (peer, chat) => peer.Send(
            new ErrorMessage { Id = chat.Id, Seq = 1, Code = ErrorCode.ModelNotFound });
        var failure = await Assert.ThrowsAsync<AnswerException>(
            () => _client.GetResponseAsync("Hi", cancellationToken: Cancellation));
        Assert.Equal(ErrorCode.ModelNotFound, failure.Code);
        Assert.Equal("This Mac has no model of that name.", failure.Message);
    }

    [Fact]
    public async Task Cancelling_the_token_cancels_at_the_mac()
    {
        var cancelled = new TaskCompletionSource<string?>();
        _mac.OnCancel = (_, cancel) => cancelled.TrySetResult(cancel.Id);
        _mac.OnChat = (peer, chat) => peer.Send(new DeltaMessage { Id = chat.Id, Seq = 1, Content = "begun" });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in _client.GetStreamingResponseAsync("Hi", cancellationToken: stop.Token))
            {
                await stop.CancelAsync();
            }
        });
        Assert.Equal(Asked.Id, await cancelled.Task.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task Leaving_the_stream_cancels_at_the_mac()
    {
        var cancelled = new TaskCompletionSource<string?>();
        _mac.OnCancel = (_, cancel) => cancelled.TrySetResult(cancel.Id);
        _mac.OnChat = (peer, chat) => peer.Send(new DeltaMessage { Id = chat.Id, Seq = 1, Content = "begun" });
        await foreach (var update in _client.GetStreamingResponseAsync("Hi", cancellationToken: Cancellation))
        {
            Assert.Equal("begun", update.Text);
            break;
        }

        Assert.Equal(Asked.Id, await cancelled.Task.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task What_has_no_place_in_the_protocol_is_refused_before_anything_is_sent()
    {
        List<(IList<AIContent> Contents, ChatOptions? Options)> refused =
        [
            ([new UriContent("https://example.org/a.png", "image/png")], null),
            ([new DataContent(Pixel, "audio/wav")], null),
            ([new TextContent("x")], new ChatOptions { ConversationId = "1" }),
            ([new TextContent("x")], new ChatOptions { Tools = [new HostedWebSearchTool()] }),
            ([new TextContent("x")], new ChatOptions { ToolMode = ChatToolMode.RequireAny }),
            ([new TextContent("x")], new ChatOptions { ToolMode = ChatToolMode.RequireSpecific("Weather") }),
        ];
        foreach (var (contents, options) in refused)
        {
            await Assert.ThrowsAsync<NotSupportedException>(
                () => _client.GetResponseAsync([new(ChatRole.User, contents)], options, Cancellation));
        }

        Assert.Empty(_mac.Offers);
    }

    [Fact]
    public async Task A_schema_that_no_mac_could_read_is_refused_at_once()
    {
        var deep = JsonElement.Parse("[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]");
        var options = new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(Schema(deep)) };
        var failure = await Assert.ThrowsAsync<AnswerException>(
            () => _client.GetResponseAsync("Hi", options, Cancellation));
        Assert.Equal(ErrorCode.BadRequest, failure.Code);
        Assert.DoesNotContain(_mac.Phone.Received, message => message is ChatMessage);

        static JsonElement Schema(JsonElement values) => JsonSerializer.SerializeToElement(new { @enum = values });
    }

    [Fact]
    public async Task A_connection_begins_with_the_load_of_the_model_that_was_named_last_and_a_refusal_is_no_matter()
    {
        _mac.OnRequest = (peer, request) => peer.Send(
            new ErrorMessage { Id = request.Id, For = request.Op, Code = ErrorCode.NotAllowed });
        await _connection.Open(Cancellation);
        await _client.GetResponseAsync("Hi", cancellationToken: Cancellation);
        var options = new ChatOptions { ModelId = "other:7b" };
        Assert.Equal("Hi", (await _client.GetResponseAsync("Hi", options, Cancellation)).Text);
        Assert.Equal("default:1b", Loaded());

        _mac.Phone.Vanish();
        await _connection.Current!.Ended;
        await _connection.Open(Cancellation);
        await _connection.Use((live, token) => live.Models(token), Cancellation);
        Assert.Equal("other:7b", Loaded());

        string? Loaded() => Assert.Single(_mac.Phone.Received.OfType<LoadRequest>()).Model;
    }

    [Fact]
    public async Task Metadata_names_the_front_door_and_the_model()
    {
        await _client.GetResponseAsync("Hi", cancellationToken: Cancellation);
        var metadata = _client.GetRequiredService<ChatClientMetadata>();
        Assert.Equal(("quicpair", "default:1b"), (metadata.ProviderName, metadata.DefaultModelId));
        Assert.Equal(new Uri(_mac.Link.Origin), metadata.ProviderUri);
        Assert.Same(_connection, _client.GetService<MacConnection>());
        Assert.Null(_client.GetService<string>());
    }

    private static AnswerStatistics Statistics(long tokens) => new()
    {
        QueueMs = 10,
        LoadMs = 20,
        PromptMs = 5,
        TtftMs = 40,
        Tokens = tokens,
        TokensPerSecond = 12,
        PromptTokens = 11,
    };
}
