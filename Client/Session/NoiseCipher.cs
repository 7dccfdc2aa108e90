using QuicPair.Noise;
using QuicPair.Protocol.Frames;

namespace QuicPair.Client.Session;

/// <summary>The Noise transport as frames need it.</summary>
internal sealed class NoiseCipher(TransportState transport) : ICipher
{
    public int Seal(ReadOnlySpan<byte> plaintext, Span<byte> destination) =>
        transport.WriteMessage(plaintext, destination);

    public bool TryOpen(ReadOnlySpan<byte> ciphertext, Span<byte> destination, out int length) =>
        transport.TryReadMessage(ciphertext, destination, out length);

    public void RekeySending() => transport.RekeySending();

    public void RekeyReceiving() => transport.RekeyReceiving();

    public void Dispose() => transport.Dispose();
}
