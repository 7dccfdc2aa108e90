using System.IO.Pipelines;
using System.Net.Security;

namespace QuicPair.Cluster.Certificates;

/// <summary>The two directions of a TLS stream as pipes.</summary>
/// <param name="stream">The stream, with its handshake done.</param>
/// <param name="member">The silo name of who is at the other end.</param>
internal sealed class SslPipe(SslStream stream, string member) : IDuplexPipe
{
    private static readonly StreamPipeReaderOptions Reading = new(leaveOpen: true);
    private static readonly StreamPipeWriterOptions Writing = new(leaveOpen: true);

    public string Member => member;

    public PipeReader Input { get; } = PipeReader.Create(stream, Reading);

    public PipeWriter Output { get; } = PipeWriter.Create(stream, Writing);
}
