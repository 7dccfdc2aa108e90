using System.Buffers.Binary;
using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Tests.Simulation;

/// <summary>
/// A small generator whose whole run follows from its seed (Steele, Lea, Flood: SplitMix64).
/// </summary>
public sealed class SplitMix(ulong seed) : IEntropy
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E37_79B9_7F4A_7C15;
        var mixed = _state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58_476D_1CE4_E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>A number from 0 to below 1.</summary>
    public double NextFraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number from 0 to below <paramref name="limit"/>.</summary>
    public int NextBelow(int limit) => (int)(Next() % (uint)limit);

    public void Fill(Span<byte> destination)
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        while (!destination.IsEmpty)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, Next());
            var count = Math.Min(word.Length, destination.Length);
            word[..count].CopyTo(destination);
            destination = destination[count..];
        }
    }
}
