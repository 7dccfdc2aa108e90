using QuicPair.Client.Session;
using QuicPair.Client.Store;
using QuicPair.Noise;
using QuicPair.Noise.Patterns;
using QuicPair.Protocol.Handshake;

namespace QuicPair.Fuzz.Targets;

/// <summary>The first handshake message, as the Mac reads it, and the second, as the phone does.</summary>
internal static class NoiseTarget
{
    private static readonly HandshakePattern Pattern = HandshakePattern.Parse("IKpsk2");

    private static readonly KeyPair Mac = KeyPair.FromPrivateKey(Key(1));

    private static readonly KeyPair Phone = KeyPair.FromPrivateKey(Key(33));

    private static readonly byte[] Psk = Key(65);

    private static readonly PairingRecord Pairing = new()
    {
        Origin = "https://door.example",
        MacPublicKey = [.. Mac.PublicKey],
        DeviceId = "abcdefghij234567",
        PrivateKey = Key(33),
    };

    private static readonly AttemptKeys Keys = new(PairingMode.Paired, Psk, Key(97));

    /// <summary>What the Mac answers to <see cref="Begin"/>: the one message that is none of a forger.</summary>
    private static readonly byte[] Genuine = MakeGenuine();

    private static ReadOnlySpan<byte> Prologue => "prologue"u8;

    public static void Run(ReadOnlySpan<byte> input)
    {
        using var noise = new HandshakeState(Pattern, initiator: false, Prologue, new FixedEntropy(3), Mac);
        var payload = new byte[Math.Max(input.Length, 512)];
        if (noise.TryReadMessage(input, payload, out _)) throw new InvalidDataException("A forged message was read.");
    }

    /// <summary>
    /// The input is the message, which only the Mac can make, or the payload of one that the Mac has made.
    /// </summary>
    public static bool Answer(ReadOnlySpan<byte> input)
    {
        var isGenuine = IsRead(input);
        if (isGenuine && !input.SequenceEqual(Genuine)) throw new InvalidDataException("A forged message was read.");
        using var phone = new PhoneHandshake(Pairing, Keys, Prologue.ToArray(), "phone");
        var first = phone.Begin();
        var payload = new byte[HandshakePayload.Length];
        input[..Math.Min(input.Length, payload.Length)].CopyTo(payload);
        string? meant = null;
        var isMessage = IsMessage(input);
        if (!isMessage) _ = HandshakePayload.TryReadMac(payload, out meant);
        _ = phone.TryFinish(isMessage ? input : Answered(first, payload), out var transport, out var name);
        transport?.Dispose();
        return name == meant
            ? isGenuine || name is not null
            : throw new InvalidDataException("A phone takes what no Mac said, or not what one did.");
    }

    /// <summary>Reads the Mac's message in the handshake that is the same in each run.</summary>
    private static bool IsRead(ReadOnlySpan<byte> message)
    {
        using var noise = Begin(out _);
        var payload = new byte[Math.Max(message.Length, HandshakePayload.Length)];
        return IsMessage(message) && noise.TryReadMessage(message[1..], payload, out _);
    }

    private static bool IsMessage(ReadOnlySpan<byte> input) => input.Length == ChannelLimits.HandshakeMessage2
        && input[0] == (byte)ChannelMessageType.Handshake2;

    private static HandshakeState Begin(out byte[] first)
    {
        var noise = new HandshakeState(
            Pattern, initiator: true, Prologue, new FixedEntropy(5), Phone, Mac.PublicKey);
        noise.SetPresharedKey(0, Psk);
        first = new byte[ChannelLimits.HandshakeMessage1];
        first[0] = (byte)ChannelMessageType.Handshake1;
        noise.WriteMessage(new byte[HandshakePayload.Length], first.AsSpan(1));
        return noise;
    }

    private static byte[] MakeGenuine()
    {
        using var noise = Begin(out var first);
        return Answered(first, HandshakePayload.WriteMac("Mac"));
    }

    /// <summary>What the Mac answers to a phone's message.</summary>
    private static byte[] Answered(ReadOnlySpan<byte> first, ReadOnlySpan<byte> payload)
    {
        using var noise = new HandshakeState(Pattern, initiator: false, Prologue, new FixedEntropy(9), Mac);
        if (!noise.TryReadMessage(first[1..], new byte[HandshakePayload.Length], out _))
        {
            throw new InvalidDataException("The Mac does not read what a phone wrote.");
        }

        noise.SetPresharedKey(0, Psk);
        var answer = new byte[ChannelLimits.HandshakeMessage2];
        answer[0] = (byte)ChannelMessageType.Handshake2;
        noise.WriteMessage(payload, answer.AsSpan(1));
        return answer;
    }

    private static byte[] Key(int first) =>
        [.. Enumerable.Range(first, KeyPair.KeyLength).Select(value => (byte)value)];
}
