using System.Runtime.Versioning;
using QuicPair.Noise;
using QuicPair.Noise.Patterns;
using QuicPair.Protocol;
using QuicPair.Protocol.Vouching;
using QuicPair.Silo.Vouching;

namespace QuicPair.Fuzz.Targets;

/// <summary>
/// A voucher of another Mac, and in it what a phone has sealed, as the Mac opens them that they are for. The input is
/// the message, which that Mac has not made, and the payload of one that it has.
/// </summary>
internal static class VouchingTarget
{
    // A message of Noise holds four times as much.
    private const int PayloadMax = 16 * 1024;

    private static readonly HandshakePattern Pattern = HandshakePattern.Parse("X");

    private static readonly KeyPair Mac = KeyPair.Generate(new FixedEntropy(21));

    private static readonly KeyPair Vouching = KeyPair.Generate(new FixedEntropy(22));

    private static readonly string From = KeySchedule.MacId(Vouching.PublicKey);

    /// <summary>Whether both are opened.</summary>
    public static bool Run(ReadOnlySpan<byte> input) => !OperatingSystem.IsWindows() && IsOpened(input);

    [UnsupportedOSPlatform("windows")]
    private static bool IsOpened(ReadOnlySpan<byte> input)
    {
        if (SealedMessages.TryOpen(input, From, Mac, out _, out _))
        {
            throw new InvalidDataException("A forged voucher was opened.");
        }

        var payload = input[..Math.Min(input.Length, PayloadMax)];
        var isOpened = SealedMessages.TryOpen(Seal(payload), From, Mac, out var voucher, out var key);
        if (isOpened != Voucher.TryRead(payload, out _))
        {
            throw new InvalidDataException("What is opened is not what was sealed.");
        }

        if (voucher is null) return false;
        if (!key.AsSpan().SequenceEqual(Vouching.PublicKey)) throw new InvalidDataException("Another Mac vouched.");
        return SealedMessages.TryOpen(voucher, From, Mac, out _);
    }

    private static byte[] Seal(ReadOnlySpan<byte> payload)
    {
        var prologue = Voucher.Prologue(From, KeySchedule.MacId(Mac.PublicKey));
        using var noise = new HandshakeState(
            Pattern, initiator: true, prologue, new FixedEntropy(5), Vouching, Mac.PublicKey);
        var message = new byte[payload.Length + noise.NextOverhead];
        noise.WriteMessage(payload, message);
        return message;
    }
}
