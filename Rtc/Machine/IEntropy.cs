using System.Buffers.Binary;

namespace QuicPair.Rtc.Machine;

/// <summary>
/// The source of unpredictable bytes; state machines have no other, so a seeded source replays a run
/// exactly.
/// </summary>
public interface IEntropy
{
    /// <summary>Fills <paramref name="destination"/> with random bytes.</summary>
    void Fill(Span<byte> destination);

    /// <summary>A random number of 32 bits.</summary>
    internal uint NextNumber()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        Fill(bytes);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }
}
