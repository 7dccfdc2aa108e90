using System.IO.Pipelines;
using System.Net.Security;

namespace QuicPair.Cluster.Certificates;

/// <summary>The two directions of a TLS stream as pipes.</summary>
internal sealed class SslPipe(SslStream stream) : IDuplexPipe
{
    private static readonly StreamPipeReaderOptions Reading = new(leaveOpen: true);
    private static readonly StreamPipeWriterOptions Writing = new(leaveOpen: true);

    public PipeReader Input { get; } = PipeReader.Create(stream, Reading);

    public PipeWriter Output { get; } = PipeWriter.Create(stream, Writing);
}
