using QuicPair.Silo.Answers;
using QuicPair.Silo.Vouching;

namespace QuicPair.Silo.Requests;

/// <summary>What the requests of every phone share.</summary>
/// <param name="Answers">Every answer of this Mac.</param>
/// <param name="Models">Requests about models.</param>
/// <param name="Devices">Who may do what.</param>
internal sealed record RequestParts(AnswerBook Answers, ModelDesk Models, DeviceDesk Devices)
{
    /// <summary>Requests about the household's other Macs; null for a Mac without one.</summary>
    public VouchDesk? Vouching { get; init; }
}
