namespace QuicPair.Fuzz.Targets;

/// <summary>
/// A connection to somebody who says what the input has, in pieces, and then no more. Every call ends at once, so that
/// what reads it stays on one thread.
/// </summary>
/// <param name="said">What it says.</param>
/// <param name="pieceLength">The most bytes of one read, 1 or more.</param>
internal sealed class FarEnd(byte[] said, int pieceLength) : Stream
{
    private byte[] _said = said;
    private byte[] _heard = [];
    private int _at;

    /// <summary>What it says, from then on, to what is written.</summary>
    public Func<ReadOnlyMemory<byte>, byte[]>? Answers { get; init; }

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Heard => _heard;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = Math.Min(Math.Min(buffer.Length, pieceLength), _said.Length - _at);
        _said.AsSpan(_at, count).CopyTo(buffer.Span);
        _at += count;
        return ValueTask.FromResult(count);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _heard = [.. _heard, .. buffer.Span];
        if (Answers is not null) (_said, _at) = (Answers(buffer), 0);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
