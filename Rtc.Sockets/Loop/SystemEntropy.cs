using System.Security.Cryptography;
using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Sockets.Loop;

/// <summary>The operating system's randomness.</summary>
internal sealed class SystemEntropy : IEntropy
{
    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
