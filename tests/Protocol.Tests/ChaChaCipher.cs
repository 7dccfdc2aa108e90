using System.Buffers.Binary;
using System.Security.Cryptography;
using QuicPair.Protocol.Frames;

namespace QuicPair.Protocol.Tests;

/// <summary>A cipher under two given keys that can start at any frame number.</summary>
internal sealed class ChaChaCipher(byte[] sendKey, byte[] receiveKey) : ICipher
{
    private ChaCha20Poly1305 _send = new(sendKey);
    private ChaCha20Poly1305 _receive = new(receiveKey);
    private readonly byte[] _nonce = new byte[12];

    public ulong Sent { get; set; }

    public ulong Received { get; set; }

    public int Seal(ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_nonce.AsSpan(4), Sent++);
        _send.Encrypt(
            _nonce, plaintext, destination[..plaintext.Length], destination.Slice(plaintext.Length, 16));
        return plaintext.Length + 16;
    }

    public bool TryOpen(ReadOnlySpan<byte> ciphertext, Span<byte> destination, out int length)
    {
        length = ciphertext.Length - 16;
        BinaryPrimitives.WriteUInt64LittleEndian(_nonce.AsSpan(4), Received++);
        try
        {
            _receive.Decrypt(_nonce, ciphertext[..length], ciphertext[length..], destination[..length]);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void RekeySending() => _send = Next(_send);

    public void RekeyReceiving() => _receive = Next(_receive);

    public void Dispose()
    {
        _send.Dispose();
        _receive.Dispose();
    }

    private static ChaCha20Poly1305 Next(ChaCha20Poly1305 cipher)
    {
        var (nonce, key) = (new byte[12], new byte[32]);
        nonce.AsSpan(4).Fill(0xFF);
        cipher.Encrypt(nonce, new byte[32], key, new byte[16]);
        cipher.Dispose();
        return new ChaCha20Poly1305(key);
    }
}
