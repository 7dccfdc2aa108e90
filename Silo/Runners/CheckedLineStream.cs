using System.Text.Unicode;

namespace QuicPair.Silo.Runners;

/// <summary>
/// Passes a runner's lines on one by one, each checked before anybody reads it. Text that is not UTF-8, an endless
/// line and an end before the last line are failures; every read ends when the call is cancelled.
/// </summary>
internal abstract class CheckedLineStream(Stream inner, string runner, CancellationToken call) : Stream
{
    private const int MaxLineBytes = 4 * 1024 * 1024;

    private byte[] _buffer = new byte[4096];
    private int _filled;
    private int _passed;
    private int _checked;

    // Up to here nothing unchecked holds the end of a line: one that comes byte by byte is not searched anew each time.
    private int _searched;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The runner's name for people.</summary>
    protected string Runner => runner;

    /// <summary>Whether the runner said that its answer is complete.</summary>
    protected abstract bool IsComplete { get; }

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

    /// <summary>Checks a line that is not blank, without its end.</summary>
    /// <exception cref="RunnerException">It is not what the runner should say.</exception>
    protected abstract void Check(ReadOnlySpan<byte> line);

    /// <summary>The failure with this end of the sentence.</summary>
    protected RunnerException Failure(string what, Exception? cause = null) =>
        new(RunnerFault.Failed, $"{runner} {what}", cause);

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
            var newline = _buffer.AsSpan(_searched, _filled - _searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                var end = _searched + newline;
                CheckAny(_buffer.AsSpan(_checked, end - _checked));
                _checked = _searched = end + 1;
                return true;
            }

            _searched = _filled;
            if (await Fill() > 0) continue;
            if (_filled > _checked)
            {
                CheckLast(_buffer.AsSpan(_checked, _filled - _checked));
                _checked = _searched = _filled;
                return true;
            }

            return IsComplete ? false : throw BrokenOff(null);
        }
    }

    private async ValueTask<int> Fill()
    {
        if (_passed > 0)
        {
            _buffer.AsSpan(_passed, _filled - _passed).CopyTo(_buffer);
            _filled -= _passed;
            _checked -= _passed;
            _searched -= _passed;
            _passed = 0;
        }

        if (_filled == _buffer.Length)
        {
            if (_filled >= MaxLineBytes) throw Failure("sent an endless line.");
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
            throw BrokenOff(problem);
        }
    }

    private void CheckAny(ReadOnlySpan<byte> line)
    {
        if (!Utf8.IsValid(line)) throw Failure("sent text that is not UTF-8.");
        if (!line.Trim("\r \t"u8).IsEmpty) Check(line);
    }

    /// <summary>A last line without its end: whole and the last one, or the half of one.</summary>
    private void CheckLast(ReadOnlySpan<byte> line)
    {
        try
        {
            CheckAny(line);
        }
        catch (RunnerException) when (!IsComplete)
        {
            throw BrokenOff(null);
        }
    }

    private RunnerException BrokenOff(Exception? cause) => Failure("broke off the answer.", cause);
}
