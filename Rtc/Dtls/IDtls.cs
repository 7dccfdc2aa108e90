using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Dtls;

/// <summary>
/// A DTLS 1.2 handshake for WebRTC (RFC 8827, section 6.5), which ends with keys; application data is
/// <see cref="DtlsTransport"/>'s. <see cref="Handshake.DtlsHandshake"/> is the one there is.
/// </summary>
public interface IDtls : IDisposable
{
    /// <summary>
    /// The next time to call <see cref="HandleTimeout"/>, or null when only a record moves the handshake on.
    /// </summary>
    Instant? NextTimeout { get; }

    /// <summary>Whether both ends have proved that they saw the same handshake.</summary>
    bool IsComplete { get; }

    /// <summary>The certificate that the peer has proved to own (DER); empty before.</summary>
    ReadOnlyMemory<byte> PeerCertificate { get; }

    /// <summary>The reason, once the handshake has failed.</summary>
    DtlsFailure? Failure { get; }

    /// <summary>
    /// What seals and opens records of epoch 1, from the moment that this end's Finished is ready to be taken:
    /// for a client half a round trip before <see cref="IsComplete"/>.
    /// </summary>
    internal RecordLayer? Records { get; }

    /// <summary>Starts the handshake. Called once; drain <see cref="TryTransmit"/> afterwards.</summary>
    void Start(Instant now, DtlsParameters parameters);

    /// <summary>Takes handshake, change_cipher_spec and alert records, as many as arrived together.</summary>
    void HandleRecords(Instant now, ReadOnlySpan<byte> records);

    /// <summary>
    /// The peer, which has proved to be the peer, repeats its last flight: sends ours again; false when ours was
    /// not the last.
    /// </summary>
    bool TryRepeatLastFlight();

    /// <summary>Lets time pass.</summary>
    void HandleTimeout(Instant now);

    /// <summary>
    /// Takes the next datagram to send; its length is at most
    /// <see cref="DtlsTransport.MaximumFlightDatagram"/>.
    /// </summary>
    bool TryTransmit(Instant now, Span<byte> destination, out int length);
}
