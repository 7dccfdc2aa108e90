using QuicPair.Noise;
using QuicPair.Protocol.Frames;

namespace QuicPair.Silo.Phones;

/// <summary>A Noise transport as frames see it.</summary>
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
