using QuicPair.Protocol;
using QuicPair.Protocol.Messages;

namespace QuicPair.Silo.Phones;

/// <summary>What pairing wants of its session.</summary>
/// <param name="Commits">The phone has stored its keys: the session becomes live.</param>
/// <param name="Message">Said to the phone, after that.</param>
/// <param name="Close">How it ends.</param>
/// <param name="IsFatal">It ends without another word.</param>
internal readonly record struct PairingStep(
    bool Commits = false, Message? Message = null, CloseCode? Close = null, bool IsFatal = false)
{
    public override string ToString() => nameof(PairingStep);
}
