using System.Text.Json;

namespace QuicPair.Silo.Runners.Ollama;

/// <summary>
/// Passes Ollama's lines on one by one. A line with an error, a line that is no JSON and an end without a
/// last line are failures; every read ends when the call is cancelled.
/// </summary>
internal sealed class OllamaLineStream(Stream inner, CancellationToken call) : Stream
{
    private const int MaxLineBytes = 4 * 1024 * 1024;

    private byte[] _buffer = new byte[4096];
    private int _filled;
    private int _passed;
    private int _checked;
    private bool _done;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_passed == _checked)
        {
            if (!await NextLine()) return 0;
        }

        var count = Math.Min(buffer.Length, _checked - _passed);
        _buffer.AsSpan(_passed, count).CopyTo(buffer.Span);
        _passed += count;
        return count;
    }

    public override Task<int> ReadAsync(
        byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Checks one more line; false at an end that is in order.</summary>
    private async ValueTask<bool> NextLine()
    {
        while (true)
        {
            var newline = _buffer.AsSpan(_checked, _filled - _checked).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                CheckLine(_buffer.AsSpan(_checked, newline));
                _checked += newline + 1;
                return true;
            }

            if (await Fill() > 0) continue;
            if (_filled > _checked)
            {
                CheckLine(_buffer.AsSpan(_checked, _filled - _checked));
                _checked = _filled;
                return true;
            }

            return _done ? false : throw Truncated(null);
        }
    }

    private async ValueTask<int> Fill()
    {
        if (_passed > 0)
        {
            _buffer.AsSpan(_passed, _filled - _passed).CopyTo(_buffer);
            _filled -= _passed;
            _checked -= _passed;
            _passed = 0;
        }

        if (_filled == _buffer.Length)
        {
            if (_filled >= MaxLineBytes)
                throw new RunnerException(RunnerFault.Failed, "Ollama sent an endless line.");
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        try
        {
            var count = await inner.ReadAsync(_buffer.AsMemory(_filled), call);
            _filled += count;
            return count;
        }
        catch (Exception problem) when (problem is IOException or HttpRequestException
            or ObjectDisposedException)
        {
            call.ThrowIfCancellationRequested();
            throw Truncated(problem);
        }
    }

    private void CheckLine(ReadOnlySpan<byte> line)
    {
        if (line.Trim("\r \t"u8).IsEmpty) return;
        OllamaLine said;
        try
        {
            said = OllamaLine.Read(line);
        }
        catch (JsonException problem)
        {
            throw new RunnerException(RunnerFault.Failed, "Ollama sent something that is not JSON.", problem);
        }

        if (said.Error is { } error)
        {
            throw new RunnerException(
                RunnerFault.Failed,
                    OllamaLine.Sentence(error) ?? "Ollama broke off the answer with an error.");
        }

        _done |= said.Done;
    }

    private static RunnerException Truncated(Exception? cause) =>
        new(RunnerFault.Failed, "Ollama broke off the answer.", cause);
}
