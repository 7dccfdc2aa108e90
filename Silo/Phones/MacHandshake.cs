using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using QuicPair.Noise;
using QuicPair.Noise.Patterns;
using QuicPair.Protocol;
using QuicPair.Protocol.Handshake;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Phones;

/// <summary>
/// The Mac's side of the handshake (docs/protocol.md, 4): one message in, one out. Who authenticates but is not
/// admitted gets an answer under a random key, which looks the same and leads nowhere.
/// </summary>
internal static class MacHandshake
{
    private static readonly HandshakePattern Pattern = HandshakePattern.Parse("IKpsk2");

    /// <summary>Answers message 1; false when it is not one, and then an alert is all that is said.</summary>
    public static bool TryAnswer(
        HandshakeTerms terms, KeyStore keys, string macName, ReadOnlySpan<byte> message, out byte[] answer,
        [NotNullWhen(true)] out HandshakeOutcome? outcome)
    {
        answer = [];
        outcome = null;
        if (message.Length != ChannelLimits.HandshakeMessage1
            || message[0] != (byte)ChannelMessageType.Handshake1)
        {
            return false;
        }

        using var noise = new HandshakeState(
            Pattern, initiator: false, terms.Prologue(), RandomKeySource.Instance, keys.Mac);
        var payload = new byte[HandshakePayload.Length];
        if (!noise.TryReadMessage(message[1..], payload, out var length)) return false;
        var phoneKey = noise.RemoteStatic.ToArray();
        HandshakePayload.TryReadPhone(payload.AsSpan(0, length), out var phone);
        var (psk, taken) = Choose(terms, keys, phone, phoneKey);
        noise.SetPresharedKey(0, psk ?? RandomNumberGenerator.GetBytes(KeySchedule.KeyLength));
        answer = new byte[ChannelLimits.HandshakeMessage2];
        answer[0] = (byte)ChannelMessageType.Handshake2;
        noise.WriteMessage(HandshakePayload.WriteMac(macName), answer.AsSpan(1));
        var hash = noise.HandshakeHash.ToArray();
        outcome = new HandshakeOutcome(noise.Split(), hash, phoneKey, phone?.Name ?? "", psk is not null, taken);
        return true;
    }

    /// <summary>The pre-shared key, or null when device, key or state do not fit.</summary>
    private static (byte[]? Psk, bool Taken) Choose(
        HandshakeTerms terms, KeyStore keys, PhonePayload? phone, byte[] phoneKey)
    {
        if (phone is null || phone.Device != terms.Offer.Device) return (null, false);
        if (terms.Offer.Record is { } record)
        {
            var fits = CryptographicOperations.FixedTimeEquals(record.PublicKey, phoneKey)
                && keys.IfAdmitted(record, () => { });
            return (fits ? record.Psk : null, false);
        }

        var invitation = terms.Offer.Invitation!;
        if (!keys.IsOpen(invitation) || !invitation.TryCountHandshake()) return (null, false);
        var claimer = keys.Find(phone.Device).Record;
        var taken = claimer is not null && !CryptographicOperations.FixedTimeEquals(claimer.PublicKey, phoneKey);
        return (taken ? null : invitation.Psk, taken);
    }
}
