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
    private bool _hasReason;

    protected override bool IsComplete => _hasReason;

    protected override void Check(ReadOnlySpan<byte> line)
    {
        line = line.TrimEnd((byte)'\r');
        if (line.StartsWith("data:"u8)) line = line["data:"u8.Length..].Trim((byte)' ');
        else if (line[0] != (byte)'{')
        {
            if (line[0] == (byte)':' || line.StartsWith("event:"u8) || line.StartsWith("id:"u8)
                || line.StartsWith("retry:"u8))
            {
                return;
            }

            throw Failure("sent something that is no event.");
        }

        if (line.SequenceEqual("[DONE]"u8)) return;
        Take(line);
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

        _hasReason |= chunk.IsLast;
        if (chunk.Reasoning is { } reasoning) extras.Reasoning.Enqueue(reasoning);
        extras.Timings = chunk.Timings ?? extras.Timings;
    }
}
