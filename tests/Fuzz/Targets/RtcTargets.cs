using System.Text;
using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Sctp.Parameters;
using QuicPair.Rtc.Sdp;
using QuicPair.Rtc.Stun;

namespace QuicPair.Fuzz.Targets;

/// <summary>The parsers of WebRTC that read one message each.</summary>
internal static class RtcTargets
{
    public static void Stun(ReadOnlySpan<byte> input)
    {
        _ = StunUsername.TryReadReceiver(input, out _);
        if (StunMessage.TryParse(input, out var message)) _ = message.VerifyIntegrity("key"u8);
    }

    public static void SctpChunks(ReadOnlySpan<byte> input)
    {
        _ = CommonHeader.TryParse(input, out _);
        Span<byte> unrecognized = stackalloc byte[256];
        var reader = new ChunkReader(input);
        while (reader.HasMore && reader.TryRead(out _, out var chunk))
        {
            _ = DataChunk.TryParse(chunk, out _);
            _ = SackChunk.TryParse(chunk, out _);
            if (InitChunk.TryParse(chunk, out var init))
            {
                _ = PeerCapabilities.TryParse(init.Parameters, out _, out _, unrecognized, out _);
            }

            if (ReconfigChunk.TryParse(chunk, out var reconfig)) Parameters(reconfig.Parameters);
            _ = ForwardTsnChunk.TryParse(chunk, out _);
            _ = ShutdownChunk.TryParse(chunk, out _);
            _ = OpaqueChunk.TryParse(chunk, out _);
        }
    }

    public static void Dcep(ReadOnlySpan<byte> input)
    {
        if (!DcepOpen.TryParse(input, out var parameters)) return;
        var written = new byte[DcepOpen.Length(parameters!)];
        DcepOpen.Write(written, parameters!);
    }

    public static void Sdp(ReadOnlySpan<byte> input)
    {
        if (!SessionDescription.TryParse(Encoding.Latin1.GetString(input), out var description, out _)) return;
        _ = SctpInit.TryParse(description!.SctpInit, out _);
        var local = new LocalParameters
        {
            Credentials = new IceCredentials("abcd", "0123456789abcdef012345"),
            Fingerprint = CertificateFingerprint.Of([1]),
            Candidates = [],
            SessionId = 1,
        };
        var answer = DescriptionWriter.WriteAnswer(local, description!, description!.RoleOfAnswerer);
        if (answer.Any(character => character is not ('\r' or '\n' or (>= ' ' and <= '~'))))
        {
            throw new InvalidDataException("The answer repeats what is not printable.");
        }
    }

    public static void Candidate(ReadOnlySpan<byte> input)
    {
        var text = Encoding.Latin1.GetString(input);
        _ = CertificateFingerprint.TryParse(text, out _);
        if (IceCandidate.TryParse(text, out var candidate)
            && (!IceCandidate.TryParse(candidate!.ToString(), out var again) || again != candidate))
        {
            throw new InvalidDataException("A candidate does not read what it wrote.");
        }
    }

    private static void Parameters(ReadOnlySpan<byte> parameters)
    {
        var reader = new ParameterReader(parameters);
        while (reader.HasMore && reader.TryRead(out _, out var parameter))
        {
            _ = OutgoingResetParameter.TryParse(parameter, out _);
            _ = ReconfigResponseParameter.TryParse(parameter, out _);
        }
    }
}
