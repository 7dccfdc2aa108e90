namespace QuicPair.Noise;

/// <summary>
/// What a finished handshake leaves (Noise specification section 5.3): one CipherState per direction.
/// Messages arrive in order. Reading and writing allocate nothing.
/// </summary>
public sealed class TransportState : IDisposable
{
    /// <summary>Bytes that encryption adds.</summary>
    public const int TagLength = CipherState.TagLength;

    /// <summary>Section 3: "All Noise messages are less than or equal to 65535 bytes in length".</summary>
    public const int MaxMessage = 65_535;

    private readonly CipherState? _send;
    private readonly CipherState? _receive;
    private readonly byte[] _handshakeHash;
    private bool _unusable;

    internal TransportState(CipherState? send, CipherState? receive, ReadOnlySpan<byte> handshakeHash)
    {
        _send = send;
        _receive = receive;
        _handshakeHash = handshakeHash.ToArray();
    }

    /// <summary>h, 64 bytes, unique for this session (section 11.2, channel binding).</summary>
    public ReadOnlySpan<byte> HandshakeHash => _handshakeHash;

    /// <summary>
    /// Encrypts; returns the length written, the payload's and 16. <paramref name="message"/> may begin at
    /// the same byte as <paramref name="payload"/>.
    /// </summary>
    public int WriteMessage(ReadOnlySpan<byte> payload, Span<byte> message)
    {
        ObjectDisposedException.ThrowIf(_unusable, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            payload.Length, MaxMessage - TagLength, nameof(payload));
        return Sender.EncryptWithAd([], payload, message);
    }

    /// <summary>
    /// Decrypts; false when the message was not made by the other end in this order, and then the keys are
    /// erased and the session is over.
    /// </summary>
    public bool TryReadMessage(ReadOnlySpan<byte> message, Span<byte> payload, out int length)
    {
        length = 0;
        if (_unusable
            || message.Length is < TagLength or > MaxMessage
            || !Receiver.TryDecryptWithAd([], message, payload, out length))
        {
            length = 0;
            Dispose();
            return false;
        }

        return true;
    }

    /// <summary>Section 11.3: Rekey() of the direction in which this end sends; n goes on.</summary>
    public void RekeySending()
    {
        ObjectDisposedException.ThrowIf(_unusable, this);
        Sender.Rekey();
    }

    /// <summary>Section 11.3: Rekey() of the direction in which this end receives; n goes on.</summary>
    public void RekeyReceiving()
    {
        ObjectDisposedException.ThrowIf(_unusable, this);
        Receiver.Rekey();
    }

    /// <summary>Erases the keys.</summary>
    public void Dispose()
    {
        _unusable = true;
        _send?.Dispose();
        _receive?.Dispose();
    }

    private CipherState Sender => _send ?? throw OneWay();

    private CipherState Receiver => _receive ?? throw OneWay();

    private static InvalidOperationException OneWay() =>
        new("In a one-way pattern only the initiator sends.");
}
