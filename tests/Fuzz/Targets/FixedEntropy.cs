using QuicPair.Noise;
using QuicPair.Rtc.Machine;

namespace QuicPair.Fuzz.Targets;

/// <summary>The same bytes in each run, so that an input that did harm does it again.</summary>
internal sealed class FixedEntropy(byte first) : IEntropy, IEphemeralSource
{
    private byte _next = first;

    public void Fill(Span<byte> destination)
    {
        foreach (ref var value in destination) value = _next += 37;
    }
}
