using System.Text.Json;

namespace QuicPair.Silo.Runners.Ollama;

/// <summary>
/// Ollama's lines: a line with an error, a line that is no JSON and an end without a last line are failures.
/// </summary>
internal sealed class OllamaLineStream(Stream inner, CancellationToken call)
    : CheckedLineStream(inner, "Ollama", call)
{
    private bool _done;

    protected override bool IsComplete => _done;

    protected override void Check(ReadOnlySpan<byte> line)
    {
        OllamaLine said;
        try
        {
            said = OllamaLine.Read(line);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            throw Failure("sent something that is not JSON.", problem);
        }

        if (said.Error is { } error)
        {
            _done = true;
            throw new RunnerException(
                RunnerFault.Failed, OllamaLine.Sentence(error) ?? "Ollama broke off the answer with an error.");
        }

        _done |= said.Done;
        Heard?.Invoke();
    }
}
