using QuicPair.Client;
using QuicPair.EndToEnd.Breaking;
using Xunit;

namespace QuicPair.EndToEnd.Cuts;

/// <summary>Where cuts fall, and how a phone notices that nothing comes any more.</summary>
internal static class Cutting
{
    // RFC 7675, 5.1: consent expires 30 seconds after the last answer.
    private static readonly TimeSpan WithoutConsent = TimeSpan.FromSeconds(31);

    /// <summary>Nothing of a cut takes that long.</summary>
    public static TimeSpan Hang { get; } = TimeSpan.FromMinutes(5);

    public static bool IsSoak => Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1";

    /// <summary>With QUICPAIR_SOAK=1 every position from 0 to the last, else some of them.</summary>
    public static IEnumerable<int> Positions(int last, params int[] some) =>
        IsSoak ? Enumerable.Range(0, last + 1) : some;

    /// <summary>The phone loses its session to the cut, whose end is then the next connection's.</summary>
    public static async Task Lose(TestPhone phone, UdpRelay relay)
    {
        phone.Clock.Jump(WithoutConsent);
        Assert.Equal(ConnectFailure.Interrupted, (await phone.Ended).Reason);
        relay.Mend();
    }
}
