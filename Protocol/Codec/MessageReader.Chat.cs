using System.Buffers.Text;
using System.Text.Json;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Protocol.Codec;

/// <content>The chat request (QP/1 section 7).</content>
public static partial class MessageReader
{
    private static ChatMessage Chat(JsonFields fields)
    {
        var prompt = fields.OptionalText("prompt");
        var turns = fields.OptionalArray("messages") is { } items ? Turns(fields, items) : null;
        fields.Require(prompt is null != turns is null && turns is not []);
        return new ChatMessage
        {
            Model = fields.OptionalText("model"),
            Prompt = prompt,
            Turns = turns,
            System = fields.OptionalText("system"),
            Options = fields.OptionalObject("options") is { } options ? Options(fields, options) : null,
            Think = fields.OptionalFlag("think"),
            Tools = fields.OptionalRaw("tools", JsonValueKind.Array),
            Stream = fields.OptionalFlag("stream"),
            Format = Format(fields),
        };
    }

    private static string? Format(JsonFields fields)
    {
        if (!fields.IsText("format")) return fields.OptionalRaw("format", JsonValueKind.Object);
        fields.Require(fields.OptionalText("format") == "json");
        return "\"json\"";
    }

    private static List<ChatTurn> Turns(JsonFields fields, IReadOnlyList<JsonElement> items)
    {
        var turns = new List<ChatTurn>(items.Count);
        foreach (var item in items)
        {
            var turn = JsonFields.Of(item);
            var role = Choice<ChatRole>(turn, "role");
            var images = turn.OptionalTexts("images");
            turn.Require(role is not null);
            turn.Require(images is null || images.All(image => Base64.IsValid(image)));
            turns.Add(new ChatTurn
            {
                Role = role ?? default,
                Content = turn.RequiredText("content"),
                Images = images,
                ToolCalls = turn.OptionalRaw("tool_calls", JsonValueKind.Array),
                ToolName = turn.OptionalText("tool_name"),
            });
            fields.Require(turn.IsValid);
        }

        return turns;
    }

    private static ChatOptions Options(JsonFields fields, JsonFields options)
    {
        var read = new ChatOptions
        {
            ContextLength = options.OptionalNumber("num_ctx"),
            MaxTokens = options.OptionalNumber("num_predict"),
            Temperature = options.OptionalReal("temperature"),
            TopK = options.OptionalNumber("top_k"),
            TopP = options.OptionalReal("top_p"),
            MinP = options.OptionalReal("min_p"),
            Seed = options.OptionalNumber("seed"),
            Stop = options.OptionalTexts("stop"),
            RepeatPenalty = options.OptionalReal("repeat_penalty"),
        };
        fields.Require(options.IsValid);
        return read;
    }
}
