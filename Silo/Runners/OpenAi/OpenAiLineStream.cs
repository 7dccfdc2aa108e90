using System.Buffers;
using System.Text.Json;
using QuicPair.Silo.Runners.Ollama;

namespace QuicPair.Silo.Runners.OpenAi;

/// <summary>
/// The lines of a stream of events: an error, data that is no JSON and an end without a reason are failures. Keeps what
/// the library does not read.
/// </summary>
internal sealed class OpenAiLineStream(Stream inner, OpenAiExtras extras, string runner, CancellationToken call)
    : CheckedLineStream(inner, runner, call)
{
    // Ours, far above what an answer has: the library holds them until the answer ends.
    private const int MaxHeldCharacters = 16 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _data = new();
    private long _held;
    private bool _hasReason;

    protected override bool IsComplete => _hasReason;

    protected override void Check(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("data:"u8)) Add(line["data:"u8.Length..].Trim((byte)' '));
        else if (line[0] == (byte)'{') Take(line);
        else if (line[0] != (byte)':' && !line.StartsWith("event:"u8) && !line.StartsWith("id:"u8)
            && !line.StartsWith("retry:"u8))
        {
            throw Failure("sent something that is no event.");
        }
    }

    protected override void CheckBlank()
    {
        var data = _data.WrittenSpan;
        if (data.Length > 0 && !data.SequenceEqual("[DONE]"u8)) Take(data);
        _data.ResetWrittenCount();
    }

    /// <summary>Data may come in several lines; only together they are JSON.</summary>
    private void Add(ReadOnlySpan<byte> data)
    {
        if (_data.WrittenCount + data.Length >= MaxLineBytes) throw Failure("sent an endless event.");
        var isFirst = _data.WrittenCount == 0;
        if (!isFirst) _data.Write("\n"u8);
        _data.Write(data);

        // Whoever says an error may say nothing after it, not even that the event is over.
        if (isFirst && data.IndexOf("\"error\""u8) >= 0 && IsError(data)) Take(data);
    }

    private static bool IsError(ReadOnlySpan<byte> json)
    {
        try
        {
            return OpenAiChunk.Read(json).Error is not null;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private void Take(ReadOnlySpan<byte> json)
    {
        OpenAiChunk chunk;
        try
        {
            chunk = OpenAiChunk.Read(json);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            throw Failure("sent something that is not JSON.", problem);
        }

        if (chunk.Error is { } error)
        {
            _hasReason = true;
            throw new RunnerException(
                RunnerFault.Failed,
                OllamaLine.Sentence(error, Runner) ?? $"{Runner} broke off the answer with an error.");
        }

        Heard?.Invoke();
        _hasReason |= chunk.IsLast;
        _held += chunk.Held;
        if (_held > MaxHeldCharacters) throw Failure("sent an endless tool call.");
        if (chunk.Reasoning is { } reasoning) extras.Reasoning.Enqueue(reasoning);
        extras.Timings = chunk.Timings ?? extras.Timings;
    }
}
