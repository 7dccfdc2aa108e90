using QuicPair.Cli.Doctor.Stun;

namespace QuicPair.Fuzz.Targets;

/// <summary>What <c>quicpair doctor</c> reads of a STUN or TURN server's answer.</summary>
internal static class DoctorTarget
{
    public static void Reply(ReadOnlySpan<byte> input)
    {
        // There is no quicpair there.
        if (OperatingSystem.IsWindows()) return;
        var transaction = input.Length < StunRequest.HeaderLength
            ? StunRequest.NewTransaction()
            : input[8..StunRequest.HeaderLength].ToArray();
        _ = StunReply.TryRead(input, transaction, out _);
    }
}
