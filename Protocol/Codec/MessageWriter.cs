using System.Buffers;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Protocol.Codec;

/// <summary>
/// Writes one message as JSON: op, id and seq first, absent fields left out (QP/1 sections 1, 5 and 7).
/// </summary>
public static partial class MessageWriter
{
    /// <summary>Writes <paramref name="message"/> to <paramref name="output"/>.</summary>
    public static void Write(Message message, IBufferWriter<byte> output)
    {
        var json = new JsonTextWriter(output);
        json.BeginObject();
        json.Text("op", message.Op);
        json.OptionalText("id", message.Id);
        Body(message, ref json);
        json.EndObject();
    }

    /// <summary>The message's bytes.</summary>
    public static byte[] Write(Message message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Write(message, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Body(Message message, ref JsonTextWriter json)
    {
        switch (message)
        {
            case ChatMessage chat: Chat(chat, ref json); break;
            case ResumeMessage resume: json.Number("after", resume.After); break;
            case ModelsReply reply: Models(reply, ref json); break;
            case DeltaMessage delta: Entry(delta.Seq, delta.Content, ref json); break;
            case ThinkingMessage thinking: Entry(thinking.Seq, thinking.Content, ref json); break;
            case ToolCallMessage call: ToolCall(call, ref json); break;
            case DoneMessage done: Done(done, ref json); break;
            case ErrorMessage error: Error(error, ref json); break;
            case QueuedMessage queued: json.Number("position", queued.Position); break;
            case StatusMessage status: json.Text("stage", MessageReader.WireName(status.Stage)); break;
            case PairedMessage paired: json.Text("k", StrictBase64Url.Encode(paired.K)); break;
            default: Request(message, ref json); break;
        }
    }

    private static void Entry(long? seq, string content, ref JsonTextWriter json)
    {
        json.Number("seq", seq);
        json.Text("content", content);
    }

    private static void ToolCall(ToolCallMessage call, ref JsonTextWriter json)
    {
        json.Number("seq", call.Seq);
        json.Text("name", call.Name);
        json.Raw("arguments", call.Arguments);
    }

    private static void Done(DoneMessage done, ref JsonTextWriter json)
    {
        json.Number("seq", done.Seq);
        json.OptionalText("reason", done.Reason is { } reason ? MessageReader.WireName(reason) : null);
        if (done.Statistics is { } statistics)
        {
            json.Name("stats");
            json.BeginObject();
            json.Number("queue_ms", statistics.QueueMs);
            json.Number("load_ms", statistics.LoadMs);
            json.Number("prompt_ms", statistics.PromptMs);
            json.Number("ttft_ms", statistics.TtftMs);
            json.Number("runner_ms", statistics.RunnerMs);
            json.Number("tokens", statistics.Tokens);

            // 0 is a speed that nobody measured.
            var speed = statistics.TokensPerSecond is > 0 and < 1 ? 1 : Math.Round(statistics.TokensPerSecond);
            json.Number("tokens_per_s", (long)speed);
            json.Number("prompt_tokens", statistics.PromptTokens);
            json.EndObject();
        }
    }

    private static void Error(ErrorMessage error, ref JsonTextWriter json)
    {
        json.Number("seq", error.Seq);
        json.OptionalText("for", error.For);
        json.Text("code", error.Code.WireName);
        json.Text("message", error.Text ?? error.Code.Sentence);
        json.Number("until", error.Until);
    }

    private static void Models(ModelsReply reply, ref JsonTextWriter json)
    {
        json.Name("models");
        json.BeginArray();
        foreach (var model in reply.Models)
        {
            json.BeginObject();
            json.Text("name", model.Name);
            json.Number("size", model.Size);
            json.Flag("loaded", model.Loaded);
            json.Flag("remote", model.Remote);
            json.Texts("capabilities", model.Capabilities);
            json.OptionalText("digest", model.Digest);
            json.Number("modified", model.Modified);
            json.OptionalText("family", model.Family);
            json.OptionalText("parameter_size", model.ParameterSize);
            json.OptionalText("quantization", model.Quantization);
            json.OptionalText("remote_host", model.RemoteHost);
            json.OptionalText("remote_model", model.RemoteModel);
            json.EndObject();
        }

        json.EndArray();
    }

    private static void Chat(ChatMessage chat, ref JsonTextWriter json)
    {
        json.OptionalText("model", chat.Model);
        json.OptionalText("prompt", chat.Prompt);
        if (chat.Turns is { } turns)
        {
            json.Name("messages");
            json.BeginArray();
            foreach (var turn in turns)
            {
                Turn(turn, ref json);
            }

            json.EndArray();
        }

        json.OptionalText("system", chat.System);
        Options(chat.Options, ref json);
        json.Flag("think", chat.Think);
        json.Raw("tools", chat.Tools);
        json.Flag("stream", chat.Stream);
        json.Raw("format", chat.Format);
    }

    private static void Turn(ChatTurn turn, ref JsonTextWriter json)
    {
        json.BeginObject();
        json.Text("role", MessageReader.WireName(turn.Role));
        json.Text("content", turn.Content);
        json.Texts("images", turn.Images);
        json.Raw("tool_calls", turn.ToolCalls);
        json.OptionalText("tool_name", turn.ToolName);
        json.EndObject();
    }

    private static void Options(ChatOptions? options, ref JsonTextWriter json)
    {
        if (options is null)
        {
            return;
        }

        json.Name("options");
        json.BeginObject();
        json.Number("num_ctx", options.ContextLength);
        json.Number("num_predict", options.MaxTokens);
        json.Real("temperature", options.Temperature);
        json.Number("top_k", options.TopK);
        json.Real("top_p", options.TopP);
        json.Real("min_p", options.MinP);
        json.Number("seed", options.Seed);
        json.Texts("stop", options.Stop);
        json.Real("repeat_penalty", options.RepeatPenalty);
        json.EndObject();
    }
}
