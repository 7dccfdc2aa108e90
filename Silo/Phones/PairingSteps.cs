using System.Security.Cryptography;
using QuicPair.Protocol;
using QuicPair.Protocol.Codec;
using QuicPair.Protocol.Messages;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Pairing;

namespace QuicPair.Silo.Phones;

/// <summary>
/// Completing a pairing (docs/protocol.md, 5): the lasting keys are durably stored, pending, before the phone hears of
/// them, so a crash at any moment leaves something that either end can go on with.
/// </summary>
internal sealed class PairingSteps(SessionParts parts, Invitation invitation, HandshakeOutcome outcome)
{
    /// <summary>The stored record, once claimed.</summary>
    public DeviceRecord? Record { get; private set; }

    /// <summary>Whether the owner is comparing the six digits.</summary>
    public bool IsConfirming { get; private set; }

    /// <summary>
    /// Whether an op belongs to pairing, whatever else its message says; in a live session that breaks the protocol.
    /// </summary>
    public static bool IsPairingOp(string? op) => op is "paired" or "paired_ack" or "paired_done";

    /// <summary>After message 2: asks the owner when the invitation says so.</summary>
    public PairingStep Begin(Action<bool> confirmed, CancellationToken cancellation)
    {
        if (!invitation.Flags.HasFlag(LinkFlags.OwnerMustConfirm)) return Claim();
        IsConfirming = true;
        _ = AskOwner(confirmed, cancellation);
        return default;
    }

    /// <summary>The owner's word.</summary>
    public PairingStep Confirmed(bool accepted)
    {
        IsConfirming = false;
        return accepted ? Claim() : new PairingStep(Close: CloseCode.Refused);
    }

    /// <summary>The phone is admitted: the owner sees the digits that it shows.</summary>
    public void Complete() => parts.Confirmations.Complete(new PairedPhone(
        invitation.Device, outcome.PhoneName, KeySchedule.ConfirmationCode(outcome.Hash)));

    /// <summary>Before the pairing is complete, one JSON message is allowed: that the phone stored its keys.</summary>
    public PairingStep Handle(ReadOnlySpan<byte> json) =>
        Record is not null && MessageReader.TryRead(json, out var message, out _) && message is PairedAckMessage
            ? new PairingStep(Commits: true, Message: new PairedDoneMessage())
            : new PairingStep(IsFatal: true);

    private async Task AskOwner(Action<bool> confirmed, CancellationToken cancellation)
    {
        try
        {
            var code = KeySchedule.ConfirmationCode(outcome.Hash);
            confirmed(await parts.Confirmations.Ask(invitation.Device, outcome.PhoneName, code, cancellation));
        }
        catch (OperationCanceledException)
        {
            // The phone is gone.
        }
    }

    private PairingStep Claim()
    {
        var k = RandomNumberGenerator.GetBytes(KeySchedule.KeyLength);
        var root = KeySchedule.Root(invitation.Secret, k, outcome.Hash);
        var record = new DeviceRecord(
            invitation.Device, outcome.PhoneKey, KeySchedule.LastingPsk(root), KeySchedule.LastingOfferKey(root),
            outcome.PhoneName, IsPaired: false, parts.Time.GetUtcNow());
        CryptographicOperations.ZeroMemory(root);
        var claimed = parts.Keys.Claim(invitation, record);
        if (claimed == ClaimOutcome.Taken) parts.Confirmations.SecondClaim(invitation.Device);
        if (claimed != ClaimOutcome.Claimed) return new PairingStep(Close: CloseCode.Refused);
        Record = record;
        parts.News.Changed(record.Id);
        return new PairingStep(Message: new PairedMessage { K = k });
    }
}
