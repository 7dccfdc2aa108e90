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
        new("ice-server", PhoneTargets.Servers, 256 * 1024),
        new("doctor-reply", DoctorTarget.Reply),
        new("frame", ProtocolTargets.Frame),
        new("channel", ProtocolTargets.Channel, 256 * 1024),
        new("message", ProtocolTargets.Message),
        new("link", ProtocolTargets.Link),
        new("handshake-payload", ProtocolTargets.HandshakePayloads),
        new("handshake-message", NoiseTarget.Run),
        new("sealed-pairing", ProtocolTargets.Pairing),
        new("voucher", ProtocolTargets.Vouching),
        new("signed-sdp", ProtocolTargets.SignedSdp),
        new("signaling", SignalingTargets.Envelope),
        new("signaling-reply", PhoneTargets.Reply, 256 * 1024),
        new("preamble", PreambleTarget.Run, 256 * 1024),
        new("control", SignalingTargets.Control),
    ];

    public static FuzzTarget? Find(string name) => All.FirstOrDefault(target => target.Name == name);
}
