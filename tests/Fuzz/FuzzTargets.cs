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
        FuzzTarget.Judging("handshake-answer", NoiseTarget.Answer, 256 * 1024),
        new("sealed-pairing", ProtocolTargets.Pairing),
        new("voucher", ProtocolTargets.Vouching),
        FuzzTarget.Judging("sealed-voucher", VouchingTarget.Run, 256 * 1024),
        new("signed-sdp", ProtocolTargets.SignedSdp),
        new("signaling", SignalingTargets.Envelope),
        new("signaling-reply", PhoneTargets.Reply, 256 * 1024),
        new("preamble", PreambleTarget.Run, 256 * 1024),
        new("control", SignalingTargets.Control),
        FuzzTarget.Judging("member-invitation", HouseholdTargets.Invitation),
        FuzzTarget.Judging("member-key", HouseholdTargets.Key, 256 * 1024),
        new("member-certificate", HouseholdTargets.Certificate, 256 * 1024),
        new("join-message", JoinTarget.Messages, 256 * 1024),
        FuzzTarget.Judging("join-request", JoinTarget.Request, 256 * 1024),
        FuzzTarget.Judging("join-reply", JoinTarget.Reply, 256 * 1024),
        FuzzTarget.Judging("ollama-lines", RunnerTargets.OllamaLines, 256 * 1024),
        FuzzTarget.Judging("ollama-models", RunnerTargets.OllamaList, 256 * 1024),
        FuzzTarget.Judging("openai-lines", RunnerTargets.OpenAiLines, 256 * 1024),
        FuzzTarget.Judging("openai-models", RunnerTargets.OpenAiList, 256 * 1024),
        FuzzTarget.Judging("runner-chat", RunnerTargets.Chat, 256 * 1024),
        FuzzTarget.Judging("proxy-request", ProxyTarget.Run, 256 * 1024),
    ];

    public static FuzzTarget? Find(string name) => All.FirstOrDefault(target => target.Name == name);
}
