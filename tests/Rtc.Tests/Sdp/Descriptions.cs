namespace QuicPair.Rtc.Tests.Sdp;

/// <summary>Descriptions in the form in which other implementations write them.</summary>
internal static class Descriptions
{
    public const string Fingerprint =
        "sha-256 2A:9B:0C:1D:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"
        + ":00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:F0";

    public static string ChromiumOffer { get; } = Lines(
        "v=0",
        "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0",
        "a=extmap-allow-mixed",
        "a=msid-semantic: WMS",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "c=IN IP4 0.0.0.0",
        "a=candidate:1467250027 1 udp 2122260223 fb1c6a55-25a5-4f9f-a0f3-6d1a1b2f0c3e.local 46243 typ host"
            + " generation 0 network-id 1",
        "a=candidate:435653019 1 tcp 1845501695 192.168.0.196 9 typ host tcptype active generation 0",
        "a=candidate:1853887674 1 udp 1518280447 47.61.61.61 36768 typ srflx raddr 0.0.0.0 rport 0"
            + " generation 0",
        "a=ice-ufrag:Oyef",
        "a=ice-pwd:T0teqPLNQQOf+5W+ls+P2p16",
        "a=ice-options:trickle",
        "a=fingerprint:" + Fingerprint,
        "a=setup:actpass",
        "a=mid:0",
        "a=sctp-port:5000",
        "a=max-message-size:262144");

    public static string LibDataChannelOffer { get; } = Lines(
        "v=0",
        "o=rtc 3028486436 0 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0",
        "a=group:LS 0",
        "a=msid-semantic:WMS *",
        "a=ice-options:ice2,trickle",
        "a=fingerprint:" + Fingerprint,
        "m=application 53412 UDP/DTLS/SCTP webrtc-datachannel",
        "c=IN IP4 192.168.1.7",
        "a=mid:0",
        "a=sendrecv",
        "a=sctp-port:5000",
        "a=max-message-size:262144",
        "a=setup:actpass",
        "a=ice-ufrag:4PJR",
        "a=ice-pwd:wkdmAJ1b8TVpnRGJTWgKgS",
        "a=candidate:1 1 UDP 2122317823 192.168.1.7 53412 typ host",
        "a=candidate:2 1 UDP 2122317311 fd00:0:0:0:8a2e::7 53412 typ host",
        "a=end-of-candidates");

    public static string WithAudioAndVideo { get; } = Lines(
        "v=0",
        "o=mozilla...THIS_IS_SDPARTA-99.0 1 0 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=fingerprint:" + Fingerprint,
        "a=group:BUNDLE audio data video",
        "a=ice-ufrag:abcdef01",
        "a=ice-pwd:0123456789abcdef0123456789abcdef",
        "a=setup:active",
        "m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101",
        "a=mid:audio",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "a=mid:data",
        "m=video 9 UDP/TLS/RTP/SAVPF 120 121",
        "a=mid:video");

    public static string OldForm { get; } = Lines(
        "v=0",
        "o=- 1 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "m=application 9 DTLS/SCTP 5001",
        "a=ice-ufrag:Oyef",
        "a=ice-pwd:T0teqPLNQQOf+5W+ls+P2p16",
        "a=fingerprint:" + Fingerprint,
        "a=setup:passive",
        "a=sctpmap:5001 webrtc-datachannel 1024");

    private static string Lines(params string[] lines) => string.Concat(lines.Select(line => line + "\r\n"));
}
