using QuicPair.Noise.Patterns;
using QuicPair.Noise.Primitives;

namespace QuicPair.Noise;

/// <content>What each token does when a message is written and when it is read (sections 5.3 and
/// 9.2).</content>
public sealed partial class HandshakeState
{
    private bool TryWriteToken(Token token, Span<byte> message, ref int length)
    {
        switch (token)
        {
            // "Sets e = GENERATE_KEYPAIR(). Appends e.public_key to the buffer. Calls MixHash(e.public_key)."
            case Token.E:
                _e = KeyPair.Generate(_ephemerals);
                _e.PublicKey.CopyTo(message[length..]);
                length += X25519.KeyLength;
                MixEphemeral(_e.PublicKey);
                return true;

            // "Appends EncryptAndHash(s.public_key) to the buffer."
            case Token.S:
                length += _symmetric.EncryptAndHash(Own().PublicKey, message[length..]);
                return true;

            default:
                return TryMix(token);
        }
    }

    private bool TryRead(ReadOnlySpan<byte> message, Span<byte> payload, out int length)
    {
        length = 0;
        if (message.Length > TransportState.MaxMessage)
        {
            return false;
        }

        foreach (var token in _pattern.Messages[_next].Tokens)
        {
            if (!TryReadToken(token, ref message))
            {
                return false;
            }
        }

        return _symmetric.TryDecryptAndHash(message, payload, out length);
    }

    private bool TryReadToken(Token token, ref ReadOnlySpan<byte> rest)
    {
        switch (token)
        {
            // "Sets re to the next DHLEN bytes from the message. Calls MixHash(re.public_key)."
            case Token.E when rest.Length >= X25519.KeyLength:
                _re = rest[..X25519.KeyLength].ToArray();
                rest = rest[X25519.KeyLength..];
                MixEphemeral(_re);
                return true;

            // "Sets temp to the next DHLEN + 16 bytes of the message if HasKey() == True, or to the next
            // DHLEN bytes otherwise. Sets rs to DecryptAndHash(temp)."
            case Token.S when rest.Length >= X25519.KeyLength + _symmetric.TagLength:
                var length = X25519.KeyLength + _symmetric.TagLength;
                _rs = new byte[X25519.KeyLength];
                var accepted = _symmetric.TryDecryptAndHash(rest[..length], _rs, out _);
                rest = rest[length..];
                return accepted;

            case Token.E or Token.S:
                return false;

            default:
                return TryMix(token);
        }
    }

    // Section 9.2: in handshakes with pre-shared keys "the "e" token […] is followed by
    // MixKey(e.public_key)".
    private void MixEphemeral(ReadOnlySpan<byte> publicKey)
    {
        _symmetric.MixHash(publicKey);
        if (_psks.Length > 0)
        {
            _symmetric.MixKey(publicKey);
        }
    }

    private bool TryMix(Token token) => token switch
    {
        Token.Psk => TryMixPsk(),
        Token.Ee => TryMixDh(_e, _re),
        Token.Es => _initiator ? TryMixDh(_e, _rs) : TryMixDh(_s, _re),
        Token.Se => _initiator ? TryMixDh(_s, _re) : TryMixDh(_e, _rs),
        Token.Ss => TryMixDh(_s, _rs),
        _ => false,
    };

    // "Calls MixKeyAndHash(psk)."
    private bool TryMixPsk()
    {
        var psk = _psks[_nextPsk]
            ?? throw new InvalidOperationException("The pre-shared key is needed for this message.");
        _nextPsk++;
        _symmetric.MixKeyAndHash(psk);
        Secret.Erase(psk);
        return true;
    }

    // "Calls MixKey(DH(own, remote))."
    private bool TryMixDh(KeyPair? own, byte[]? remote)
    {
        Span<byte> shared = stackalloc byte[X25519.KeyLength];
        if (own is null || remote is null || !own.TryAgree(remote, shared))
        {
            return false;
        }

        _symmetric.MixKey(shared);
        Secret.Erase(shared);
        return true;
    }
}
