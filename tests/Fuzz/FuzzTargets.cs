using QuicPair.Fuzz.Targets;

namespace QuicPair.Fuzz;

/// <summary>Every parser that reads bytes of others.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("stun", RtcTargets.Stun),
        new("sctp-chunks", RtcTargets.SctpChunks),
        new("sctp-association", SctpTarget.Run, 1024 * 1024),
        new("dcep", RtcTargets.Dcep),
        new("sdp", RtcTargets.Sdp),
        new("candidate", RtcTargets.Candidate),
        new("dtls-records", DtlsTarget.Records),
        new("dtls-client", DtlsHandshakeTarget.Client, 256 * 1024),
        new("dtls-server", DtlsHandshakeTarget.Server, 256 * 1024),
        new("turn", TurnTarget.Run),
        new("turn-stream", TurnStreamTarget.Run),
        new("doctor-reply", DoctorTarget.Reply),
        new("frame", ProtocolTargets.Frame),
        new("channel", ProtocolTargets.Channel, 256 * 1024),
        new("message", ProtocolTargets.Message),
        new("link", ProtocolTargets.Link),
        new("handshake-payload", ProtocolTargets.HandshakePayloads),
        new("handshake-message", NoiseTarget.Run),
        new("signed-sdp", ProtocolTargets.SignedSdp),
        new("signaling", SignalingTargets.Envelope),
        new("control", SignalingTargets.Control),
    ];

    public static FuzzTarget? Find(string name) => All.FirstOrDefault(target => target.Name == name);
}
