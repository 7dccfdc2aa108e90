using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Dtls;

/// <summary>
/// A DTLS 1.2 handshake for WebRTC (RFC 8827, section 6.5): ECDHE-ECDSA with AES-128-GCM, both sides with a
/// certificate, extended master secret. It ends with keys; application data is <see cref="DtlsTransport"/>'s.
/// An implementation may compute elsewhere; it then tells its driver to call <see cref="HandleTimeout"/> when
/// there is something to take.
/// </summary>
public interface IDtls : IDisposable
{
    /// <summary>
    /// The next time to call <see cref="HandleTimeout"/>, or null when only a record moves the handshake on.
    /// </summary>
    Instant? NextTimeout { get; }

    /// <summary>
    /// The outcome, once the handshake has succeeded and its last datagram was offered to
    /// <see cref="TryTransmit"/>.
    /// </summary>
    DtlsResult? Result { get; }

    /// <summary>The reason, once the handshake has failed.</summary>
    DtlsFailure? Failure { get; }

    /// <summary>Starts the handshake. Called once; drain <see cref="TryTransmit"/> afterwards.</summary>
    void Start(Instant now, DtlsParameters parameters);

    /// <summary>Takes handshake, change_cipher_spec and alert records, as many as arrived together.</summary>
    void HandleRecords(Instant now, ReadOnlySpan<byte> records);

    /// <summary>Lets time pass.</summary>
    void HandleTimeout(Instant now);

    /// <summary>
    /// Takes the next datagram to send; its length is at most
    /// <see cref="DtlsTransport.MaximumFlightDatagram"/>.
    /// </summary>
    bool TryTransmit(Instant now, Span<byte> destination, out int length);
}
