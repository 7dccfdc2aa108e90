using System.Text.Unicode;

namespace QuicPair.Silo.Runners;

/// <summary>
/// Passes a runner's lines on one by one, each checked before anybody reads it. Text that is not UTF-8, an endless
/// line and an end before the last line are failures; every read ends when the call is cancelled.
/// </summary>
internal abstract class CheckedLineStream(Stream inner, string runner, CancellationToken call) : Stream
{
    /// <summary>The longest line.</summary>
    protected const int MaxLineBytes = 4 * 1024 * 1024;

    private byte[] _buffer = new byte[4096];
    private int _filled;
    private int _passed;
    private int _checked;

    // Up to here nothing unchecked holds the end of a line: one that comes byte by byte is not searched anew each time.
    private int _searched;
    private bool _isBegun;
    private bool _endedByReturn;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>
    /// Called for each piece of an answer that was read. A blank line or a comment is none: a server sends them while
    /// its model hangs.
    /// </summary>
    public Action? Heard { get; init; }

    /// <summary>The runner's name for people.</summary>
    protected string Runner => runner;

    /// <summary>Whether the runner said that its answer is complete.</summary>
    protected abstract bool IsComplete { get; }

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

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

    /// <summary>Hears a blank line, and the end: where lines make events, one is over.</summary>
    /// <exception cref="RunnerException">It is not what the runner should say.</exception>
    protected virtual void CheckBlank()
    {
    }

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
            if (TakeLine()) return true;
            _searched = _filled;
            if (await Fill() > 0) continue;
            var isRest = _filled > _checked;
            CheckRest();
            _checked = _searched = _filled;
            if (isRest) return true;
            return IsComplete ? false : throw BrokenOff(null);
        }
    }

    /// <summary>Checks a line that has its end: a line feed, a carriage return, or the two as one.</summary>
    private bool TakeLine()
    {
        var ending = _buffer.AsSpan(_searched, _filled - _searched).IndexOfAny((byte)'\n', (byte)'\r');
        if (ending < 0) return false;
        var end = _searched + ending;
        var isSecondHalf = _endedByReturn && end == _checked && _buffer[end] == (byte)'\n';
        _endedByReturn = _buffer[end] == (byte)'\r';
        if (!isSecondHalf) CheckAny(Line(end));
        _checked = _searched = end + 1;
        return true;
    }

    /// <summary>The unchecked text up to an end; a byte order mark before the first line goes no further.</summary>
    private ReadOnlySpan<byte> Line(int end)
    {
        if (!_isBegun && _buffer.AsSpan(_checked, end - _checked).StartsWith(ByteOrderMark))
        {
            _checked += ByteOrderMark.Length;
            _passed = _checked;
        }

        _isBegun = true;
        return _buffer.AsSpan(_checked, end - _checked);
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
        if (line.IsEmpty) CheckBlank();
        else if (!line.Trim(" \t"u8).IsEmpty) Check(line);
    }

    /// <summary>What stands last without an end of its own: whole and the last, or the half of something.</summary>
    private void CheckRest()
    {
        try
        {
            if (_filled > _checked) CheckAny(Line(_filled));
            CheckBlank();
        }
        catch (RunnerException) when (!IsComplete)
        {
            throw BrokenOff(null);
        }
    }

    private RunnerException BrokenOff(Exception? cause) => Failure("broke off the answer.", cause);
}
