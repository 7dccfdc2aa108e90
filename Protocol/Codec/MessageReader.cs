using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Protocol.Codec;

/// <summary>
/// Reads one JSON message under the strict rules of QP/1 section 1. What is refused comes with the error to
/// answer: its code, and id and op where they could be read.
/// </summary>
public static partial class MessageReader
{
    // Ours: no op is that long, and a refusal is not as long as what it refuses.
    private const int MaxNamedOp = 64;

    /// <summary>Reads a message, or says why not.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> utf8,
        [NotNullWhen(true)] out Message? message,
        [NotNullWhen(false)] out ErrorMessage? refusal)
    {
        message = null;
        refusal = new ErrorMessage { Code = ErrorCode.BadRequest };
        if (!JsonFields.TryParse(utf8, out var fields))
        {
            return false;
        }

        using (fields)
        {
            var op = fields.RequiredText("op");
            if (!fields.IsValid)
            {
                return false;
            }

            var id = fields.OptionalText("id");
            var named = id is not null && MessageId.IsValid(id);
            fields.Require(named || !fields.Has("id"));
            refusal = refusal with { For = op.Length <= MaxNamedOp ? op : null, Id = named ? id : null };
            if (!TryReadBody(op, fields, out message))
            {
                refusal = refusal with { Code = ErrorCode.UnknownOp };
                return false;
            }

            message = fields.IsValid ? message with { Id = id } : null;
            refusal = fields.IsValid ? null : refusal;
        }

        return refusal is null;
    }

    private static bool TryReadBody(string op, JsonFields fields, [NotNullWhen(true)] out Message? message)
    {
        message = op switch
        {
            "chat" => Chat(fields),
            "cancel" => Named(new CancelMessage(), fields),
            "resume" => Named(new ResumeMessage { After = fields.RequiredNumber("after") }, fields),
            "models" => fields.Has("models") ? Models(fields) : new ModelsRequest(),
            "ping" => new PingMessage(),
            "pong" => new PongMessage(),
            "paired" => Paired(fields),
            "paired_ack" => new PairedAckMessage(),
            "paired_done" => new PairedDoneMessage(),
            "restart" => new RestartMessage(),
            "delta" => new DeltaMessage { Seq = Seq(fields), Content = fields.RequiredText("content") },
            "thinking" => new ThinkingMessage { Seq = Seq(fields), Content = fields.RequiredText("content") },
            "tool_call" => ToolCall(fields),
            "done" => Done(fields),
            "error" => Error(fields),
            "queued" => Named(new QueuedMessage { Position = fields.RequiredNumber("position") }, fields),
            "status" =>
                Named(new StatusMessage { Stage = Choice<LoadStage>(fields, "stage") ?? default }, fields),
            _ => ReadRequest(op, fields),
        };
        return message is not null;
    }

    private static Message Named(Message message, JsonFields fields)
    {
        fields.Require(fields.Has("id"));
        return message;
    }

    private static long? Seq(JsonFields fields)
    {
        var seq = fields.OptionalNumber("seq");
        fields.Require(seq is not 0);
        return seq;
    }

    private static PairedMessage Paired(JsonFields fields)
    {
        var k = new byte[KeySchedule.KeyLength];
        fields.Require(StrictBase64Url.TryDecode(fields.RequiredText("k"), k));
        return new PairedMessage { K = k };
    }

    private static ToolCallMessage ToolCall(JsonFields fields)
    {
        var arguments = fields.OptionalRaw("arguments", JsonValueKind.Object);
        fields.Require(arguments is not null);
        return new ToolCallMessage
        {
            Seq = Seq(fields),
            Name = fields.RequiredText("name"),
            Arguments = arguments ?? "{}",
        };
    }

    private static DoneMessage Done(JsonFields fields) => new()
    {
        Seq = Seq(fields),
        Reason = Choice<DoneReason>(fields, "reason"),
        Statistics = fields.OptionalObject("stats") is { } stats ? Statistics(fields, stats) : null,
    };

    private static AnswerStatistics Statistics(JsonFields fields, JsonFields stats)
    {
        var read = new AnswerStatistics
        {
            QueueMs = RequiredWhole(stats, "queue_ms"),
            LoadMs = Whole(stats, "load_ms"),
            PromptMs = RequiredWhole(stats, "prompt_ms"),
            TtftMs = RequiredWhole(stats, "ttft_ms"),
            RunnerMs = Whole(stats, "runner_ms"),
            Tokens = RequiredWhole(stats, "tokens"),
            TokensPerSecond = stats.OptionalReal("tokens_per_s") ?? 0,
            PromptTokens = Whole(stats, "prompt_tokens"),
        };
        fields.Require(stats.IsValid);
        return read;
    }

    private static long RequiredWhole(JsonFields stats, string name)
    {
        stats.Require(stats.Has(name));
        return Whole(stats, name) ?? 0;
    }

    // QP/1 section 7, statistics: "whole numbers; a reader accepts fractions".
    private static long? Whole(JsonFields stats, string name)
    {
        if (stats.OptionalReal(name) is not { } real) return null;
        var isCount = real >= 0 && real <= StrictJson.MaxNumber;
        stats.Require(isCount);
        return isCount ? (long)Math.Round(real) : 0;
    }

    private static ErrorMessage Error(JsonFields fields)
    {
        fields.Require(ErrorCodeText.TryParse(fields.RequiredText("code"), out var code));
        return new ErrorMessage
        {
            Seq = Seq(fields),
            Code = code,
            Text = fields.OptionalText("message"),
            For = fields.OptionalText("for"),
            Until = fields.OptionalNumber("until"),
        };
    }

    private static ModelsReply Models(JsonFields fields)
    {
        var models = new List<ModelDescription>();
        foreach (var element in fields.OptionalArray("models") ?? [])
        {
            var model = JsonFields.Of(element);
            models.Add(new ModelDescription
            {
                Name = model.RequiredText("name"),
                Size = model.OptionalNumber("size") ?? 0,
                Loaded = model.OptionalFlag("loaded") ?? false,
                Remote = model.OptionalFlag("remote") ?? false,
                Capabilities = model.OptionalTexts("capabilities") ?? [],
                Digest = model.OptionalText("digest"),
                Modified = model.OptionalNumber("modified"),
                Family = model.OptionalText("family"),
                ParameterSize = model.OptionalText("parameter_size"),
                Quantization = model.OptionalText("quantization"),
                RemoteHost = model.OptionalText("remote_host"),
                RemoteModel = model.OptionalText("remote_model"),
            });
            fields.Require(model.IsValid);
        }

        return new ModelsReply { Models = models };
    }

    // Names on the wire are the members' names in lower case.
    private static T? Choice<T>(JsonFields fields, string name)
        where T : struct, Enum
    {
        if (fields.OptionalText(name) is not { } text)
        {
            fields.Require(!fields.Has(name) || !fields.IsValid);
            return null;
        }

        foreach (var value in Enum.GetValues<T>())
        {
            if (WireName(value) == text)
            {
                return value;
            }
        }

        fields.Require(false);
        return null;
    }

    internal static string WireName<T>(T value)
        where T : struct, Enum =>
        string.Create(null, $"{value}").ToLowerInvariant();
}
