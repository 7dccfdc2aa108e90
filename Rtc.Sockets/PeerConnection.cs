namespace QuicPair.Rtc.Sockets;

/// <summary>
/// A connection to one peer: ICE, DTLS, SCTP and its data channels. All members may be used from any thread.
/// </summary>
public sealed class PeerConnection : IAsyncDisposable
{
    internal PeerConnection() => LocalDescription = "";

    /// <summary>
    /// The offer or answer of this end, lines ended by CRLF, with all candidates: ready from the beginning.
    /// </summary>
    public string LocalDescription { get; }

    /// <summary>The certificate of this end, DER.</summary>
    public ReadOnlyMemory<byte> LocalCertificate { get; }

    /// <summary>The certificate that the peer has proved to own in DTLS, DER; empty before.</summary>
    public ReadOnlyMemory<byte> RemoteCertificate { get; }

    /// <summary>Ends when the connection is gone; its result is null after an orderly close.</summary>
    public Task<PeerFailure?> Completion { get; } = Task.FromResult<PeerFailure?>(null);

    /// <summary>What the connection has seen so far.</summary>
    public PeerStatistics Statistics => throw new NotSupportedException();

    /// <summary>Takes the answer to an offer.</summary>
    /// <exception cref="SdpException">The answer cannot be used.</exception>
    public void SetRemoteDescription(string answerSdp) => throw new NotSupportedException();

    /// <summary>Adds the candidates of a later description of the same peer (same ICE credentials).</summary>
    /// <exception cref="SdpException">The description cannot be used.</exception>
    public void AddRemoteCandidates(string sdp) => throw new NotSupportedException();

    /// <summary>Takes the next channel that was opened, by either end; ends with the connection.</summary>
    /// <exception cref="System.Threading.Channels.ChannelClosedException">The connection is gone.</exception>
    public ValueTask<DataChannel> AcceptChannel(CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>Closes the connection and tells the peer.</summary>
    public void Close() => throw new NotSupportedException();

    /// <summary>Closes the connection and waits until it is gone.</summary>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
