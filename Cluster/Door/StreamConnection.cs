using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace QuicPair.Cluster.Door;

/// <summary>A stream as the runtime takes connections.</summary>
internal sealed class StreamConnection : ConnectionContext, IDuplexPipe
{
    private readonly Stream _stream;
    private readonly CancellationTokenSource _closed = new();
    private int _disposed;

    /// <summary>Takes a stream over.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="dialled">The silo that was asked for, wherever the stream really leads.</param>
    public StreamConnection(Stream stream, EndPoint dialled)
    {
        _stream = stream;
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        Transport = this;
        RemoteEndPoint = dialled;
        LocalEndPoint = new IPEndPoint(IPAddress.Loopback, 0);
        ConnectionClosed = _closed.Token;
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public override string ConnectionId { get; set; } = Guid.NewGuid().ToString("N");

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    public override void Abort(ConnectionAbortedException abortReason) => Close();

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Close();
            await base.DisposeAsync();
        }
    }

    private void Close()
    {
        if (!_closed.IsCancellationRequested)
        {
            _closed.Cancel();
            _stream.Dispose();
        }
    }
}
