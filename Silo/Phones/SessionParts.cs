using QuicPair.Protocol.Frames;
using QuicPair.Protocol.Handshake;
using QuicPair.Silo.Answers;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Pairing;
using QuicPair.Silo.Requests;

namespace QuicPair.Silo.Phones;

/// <summary>What every session of this Mac shares.</summary>
internal sealed record SessionParts
{
    public required KeyStore Keys { get; init; }

    public required AnswerBook Answers { get; init; }

    public required RequestParts Requests { get; init; }

    public required OwnerConfirmations Confirmations { get; init; }

    public required PairingNews News { get; init; }

    public required LivePhones Live { get; init; }

    public required PhoneOptions Options { get; init; }

    public required string MacName { get; init; }

    public required TimeProvider Time { get; init; }

    public ReassemblyBudget Budget { get; } = new(ChannelLimits.MaxReassemblyPerMac);
}
