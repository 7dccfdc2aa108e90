using System.Buffers.Binary;
using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Tests;

/// <summary>Random-looking bytes that are the same in each run with the same seed.</summary>
internal sealed class CountingEntropy(ulong seed = 1) : IEntropy
{
    private ulong _state = seed;

    public void Fill(Span<byte> destination)
    {
        Span<byte> block = stackalloc byte[sizeof(ulong)];
        while (!destination.IsEmpty)
        {
            BinaryPrimitives.WriteUInt64BigEndian(block, Next());
            var count = Math.Min(block.Length, destination.Length);
            block[..count].CopyTo(destination);
            destination = destination[count..];
        }
    }

    // SplitMix64.
    private ulong Next()
    {
        _state += 0x9E37_79B9_7F4A_7C15;
        var mixed = (_state ^ (_state >> 30)) * 0xBF58_476D_1CE4_E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
        return mixed ^ (mixed >> 31);
    }
}
