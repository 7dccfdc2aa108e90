using Org.BouncyCastle.Tls;

namespace QuicPair.Rtc.Sockets.Tests.Dtls.BouncyCastle;

/// <summary>Blocking reads and writes over a <see cref="DatagramWire"/>.</summary>
internal sealed class QueueTransport(DatagramWire wire) : DatagramTransport
{
    private const int Limit = 1_200;

    private volatile bool _isClosed;

    public int GetReceiveLimit() => 1 << 14;

    public int GetSendLimit() => Limit;

    public int Receive(byte[] buf, int off, int len, int waitMillis) =>
        Receive(buf.AsSpan(off, len), waitMillis);

    public int Receive(Span<byte> buffer, int waitMillis)
    {
        using var deadline = new CancellationTokenSource(waitMillis);
        try
        {
            var datagram = wire.ToThem.Reader.ReadAsync(deadline.Token).AsTask().GetAwaiter().GetResult();
            datagram.CopyTo(buffer);
            return datagram.Length;
        }
        catch (OperationCanceledException)
        {
            // A peer whose test is over must not wait for ever.
            if (_isClosed) throw new TlsFatalAlert(AlertDescription.user_canceled);
            return -1;
        }
    }

    public void Send(byte[] buf, int off, int len) => Send(buf.AsSpan(off, len));

    public void Send(ReadOnlySpan<byte> buffer) => wire.ToUs.Writer.TryWrite(buffer.ToArray());

    public void Close() => _isClosed = true;
}
