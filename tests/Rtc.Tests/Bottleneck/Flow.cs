using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Tests.Simulation;

namespace QuicPair.Rtc.Tests.Bottleneck;

/// <summary>A bulk transfer from one endpoint to another.</summary>
/// <param name="Sender">Always has something to send.</param>
/// <param name="Receiver">Acknowledges it.</param>
/// <param name="Refill">Called after each turn of the sender.</param>
/// <param name="Delivered">Bytes that arrived, each counted once.</param>
internal sealed record Flow(IEndpoint Sender, IEndpoint Receiver, Action<Instant> Refill, Func<long> Delivered)
{
    /// <summary>When it begins.</summary>
    public TimeSpan Begins { get; init; }
}
