using System.Text;
using QuicPair.Noise.Patterns;
using QuicPair.Noise.Primitives;

namespace QuicPair.Noise;

/// <summary>
/// Noise specification section 5.3: one end of one handshake. Call <see cref="WriteMessage"/> and
/// <see cref="TryReadMessage"/> by turns until <see cref="IsFinished"/>, then <see cref="Split"/>. After a
/// failure it cannot be used any more.
/// </summary>
public sealed partial class HandshakeState : IDisposable
{
    /// <summary>Bytes of a pre-shared key.</summary>
    public const int PresharedKeyLength = 32;

    private readonly SymmetricState _symmetric;
    private readonly HandshakePattern _pattern;
    private readonly bool _initiator;
    private readonly KeyPair? _s;
    private readonly IEphemeralSource _ephemerals;
    private readonly byte[]?[] _psks;
    private KeyPair? _e;
    private byte[]? _rs;
    private byte[]? _re;
    private int _next;
    private int _nextPsk;
    private bool _unusable;

    /// <summary>
    /// Initialize(handshake_pattern, initiator, prologue, s, e, rs, re). The static key pair stays the
    /// caller's; keys that the pattern does not need are empty. Pre-shared keys may be given later, before
    /// they are needed.
    /// </summary>
    /// <exception cref="ArgumentException">A key that the pattern needs beforehand is missing.</exception>
    public HandshakeState(
        HandshakePattern pattern,
        bool initiator,
        ReadOnlySpan<byte> prologue,
        IEphemeralSource ephemerals,
        KeyPair? staticKeys = null,
        ReadOnlySpan<byte> remoteStatic = default)
    {
        _pattern = pattern;
        _initiator = initiator;
        _s = staticKeys;
        _ephemerals = ephemerals;
        _psks = new byte[]?[pattern.PresharedKeys];
        _rs = remoteStatic.IsEmpty ? null : Key(remoteStatic);
        _symmetric = new SymmetricState(Encoding.ASCII.GetBytes(pattern.ProtocolName));
        _symmetric.MixHash(prologue);

        // "Calls MixHash() once for each public key listed in the pre-messages".
        foreach (var message in pattern.Before)
        {
            _symmetric.MixHash(message.FromInitiator == initiator ? Own().PublicKey : Remote());
        }
    }

    /// <summary>Whether all messages are through.</summary>
    public bool IsFinished => _next == _pattern.Messages.Count;

    /// <summary>Whether this end writes the next message.</summary>
    public bool IsMyTurn => !IsFinished && _pattern.Messages[_next].FromInitiator == _initiator;

    /// <summary>
    /// The other end's static public key, empty until it is known; authentic once its message was read.
    /// </summary>
    public ReadOnlySpan<byte> RemoteStatic => _rs;

    /// <summary>h so far, 64 bytes.</summary>
    public ReadOnlySpan<byte> HandshakeHash => _symmetric.HandshakeHash;

    /// <summary>
    /// Sets the pre-shared key of 32 bytes that the psk token number <paramref name="index"/> (from 0)
    /// mixes in. A responder of IKpsk2 may choose it after it has read the first message.
    /// </summary>
    public void SetPresharedKey(int index, ReadOnlySpan<byte> psk)
    {
        ObjectDisposedException.ThrowIf(_unusable, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(index, _nextPsk);
        ArgumentOutOfRangeException.ThrowIfNotEqual(psk.Length, PresharedKeyLength, nameof(psk));
        psk.CopyTo(_psks[index] ??= Secret.Allocate(PresharedKeyLength));
    }

    /// <summary>Bytes that the next message has besides its payload.</summary>
    public int NextOverhead
    {
        get
        {
            var (length, tag) = (0, _symmetric.TagLength);
            foreach (var token in IsFinished ? [] : _pattern.Messages[_next].Tokens)
            {
                length += token switch
                {
                    Token.E => X25519.KeyLength,
                    Token.S => X25519.KeyLength + tag,
                    _ => 0,
                };
                tag = token is Token.S || (token is Token.E
                    && _psks.Length == 0) ? tag : CipherState.TagLength;
            }

            return length + tag;
        }
    }

    /// <summary>WriteMessage(payload, message_buffer); returns the length written.</summary>
    /// <exception cref="InvalidOperationException">Not this end's turn, a pre-shared key is missing, or a DH
    /// result is all zeros.</exception>
    public int WriteMessage(ReadOnlySpan<byte> payload, Span<byte> message)
    {
        ObjectDisposedException.ThrowIf(_unusable, this);
        if (!IsMyTurn)
        {
            throw new InvalidOperationException("It is the other end's turn.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(
            message.Length, payload.Length + NextOverhead, nameof(message));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            payload.Length + NextOverhead, TransportState.MaxMessage, nameof(payload));
        var length = 0;
        foreach (var token in _pattern.Messages[_next].Tokens)
        {
            if (!TryWriteToken(token, message, ref length))
            {
                Dispose();
                throw new InvalidOperationException("The other end's key is not a key.");
            }
        }

        length += _symmetric.EncryptAndHash(payload, message[length..]);
        _next++;
        return length;
    }

    /// <summary>
    /// ReadMessage(message, payload_buffer); false when the message is not what this handshake expects,
    /// whatever the cause, and then the state cannot be used any more.
    /// </summary>
    public bool TryReadMessage(ReadOnlySpan<byte> message, Span<byte> payload, out int length)
    {
        length = 0;
        if (_unusable || IsFinished || IsMyTurn || !TryRead(message, payload, out length))
        {
            length = 0;
            Dispose();
            return false;
        }

        _next++;
        return true;
    }

    /// <summary>
    /// Split(): the transport that the finished handshake leads to. This state is disposed: handshake and
    /// transport never exist together.
    /// </summary>
    public TransportState Split()
    {
        ObjectDisposedException.ThrowIf(_unusable, this);
        if (!IsFinished)
        {
            throw new InvalidOperationException("The handshake is not finished.");
        }

        var (fromInitiator, fromResponder) = _symmetric.Split();
        if (_pattern.IsOneWay)
        {
            fromResponder.Dispose();
            fromResponder = null;
        }

        var transport = _initiator
            ? new TransportState(fromInitiator, fromResponder, HandshakeHash)
            : new TransportState(fromResponder, fromInitiator, HandshakeHash);
        Dispose();
        return transport;
    }

    /// <summary>Erases every secret; the static key pair stays the caller's.</summary>
    public void Dispose()
    {
        _unusable = true;
        _symmetric.Dispose();
        _e?.Dispose();
        foreach (var psk in _psks)
        {
            Secret.Erase(psk);
        }
    }

    private KeyPair Own() => _s ?? throw new ArgumentException("The pattern needs a static key pair.");

    private byte[] Remote() =>
        _rs ?? throw new ArgumentException("The pattern needs the other end's static key.");

    private static byte[] Key(ReadOnlySpan<byte> key) =>
        key.Length == X25519.KeyLength ? key.ToArray() : throw new ArgumentException("A key has 32 bytes.");
}
