using System.Globalization;
using System.Net;

namespace QuicPair.RtcPeer;

/// <summary>Sizes and counts of a run, from the environment.</summary>
internal sealed record PeerSettings
{
    /// <summary>ECHO_N: messages that are sent back and timed.</summary>
    public int EchoCount { get; init; }

    /// <summary>ECHO_SZ: their size in bytes.</summary>
    public int EchoSize { get; init; }

    /// <summary>MSG: size in bytes of the messages that measure throughput.</summary>
    public int MessageSize { get; init; }

    /// <summary>SECS: how long throughput is measured.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>HI: bytes in the send buffer at which sending pauses.</summary>
    public long HighWater { get; init; }

    /// <summary>LO: bytes in the send buffer at which it resumes.</summary>
    public long LowWater { get; init; }

    /// <summary>TOK: tokens to send instead of measuring throughput; 0 for none.</summary>
    public int TokenCount { get; init; }

    /// <summary>GAP: time between two tokens.</summary>
    public TimeSpan TokenGap { get; init; }

    /// <summary>BIND: the only address to use.</summary>
    public IPAddress? Address { get; init; }

    public static PeerSettings FromEnvironment() => new()
    {
        EchoCount = Number("ECHO_N", 3_000),
        EchoSize = Number("ECHO_SZ", 1_024),
        MessageSize = Number("MSG", 16_384),
        Duration = TimeSpan.FromSeconds(Number("SECS", 5)),
        HighWater = Number("HI", 1 << 20),
        LowWater = Number("LO", 256 << 10),
        TokenCount = Number("TOK", 0),
        TokenGap = TimeSpan.FromMilliseconds(Number("GAP", 20)),
        Address = IPAddress.TryParse(Environment.GetEnvironmentVariable("BIND"), out var address) ? address : null,
    };

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number)
            ? number
            : otherwise;
}
