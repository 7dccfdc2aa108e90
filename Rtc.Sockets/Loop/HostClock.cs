using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Sockets.Loop;

/// <summary>The monotonic clock of one host.</summary>
internal sealed class HostClock(TimeProvider provider)
{
    private readonly long _start = provider.GetTimestamp();

    public Instant Now => new(provider.GetElapsedTime(_start));
}
