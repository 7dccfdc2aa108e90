using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Tests.Simulation;

/// <summary>
/// A state machine at one end of a <see cref="Pair{TEndpoint}"/>, with the verbs they all have.
/// </summary>
public interface IEndpoint
{
    Instant? NextTimeout { get; }

    void HandleDatagram(Instant now, ReadOnlySpan<byte> packet);

    void HandleTimeout(Instant now);

    bool TryTransmit(Instant now, Span<byte> destination, out int length);

    /// <summary>Takes all events; called after everything that may have caused some.</summary>
    void TakeEvents(Instant now);
}
