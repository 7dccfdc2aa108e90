using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using QuicPair.Rtc.Sockets;

namespace QuicPair.RtcPeer;

/// <summary>Sizes and counts of a run, from the environment.</summary>
internal sealed record PeerSettings
{
    /// <summary>ECHO_N: messages that are sent back and timed.</summary>
    public int EchoCount { get; init; }

    /// <summary>WARM: messages before them that are not counted, so that both sides are warm.</summary>
    public int WarmUp { get; init; }

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

    /// <summary>STUN_URLS, TURN_URLS, TURN_USER, TURN_PASS, TURN_SECRET: servers from the beginning.</summary>
    public IReadOnlyList<IceServer> IceServers { get; init; } = [];

    /// <summary>TURN_CA: a file of certificates that may sign those of <c>turns:</c> servers.</summary>
    public X509Certificate2Collection? RelayRoots { get; init; }

    /// <summary>TURN_LIFETIME: seconds that credentials of a secret are good for.</summary>
    public TimeSpan CredentialLifetime { get; init; }

    /// <summary>GATHER_MS: how long gathering may hold the description up.</summary>
    public TimeSpan GatherPatience { get; init; }

    /// <summary>LOCAL_ONLY: 1 for local mode.</summary>
    public bool LocalOnly { get; init; }

    public static PeerSettings FromEnvironment() => new()
    {
        IceServers = [.. ReadServers()],
        RelayRoots = ReadRoots(),
        CredentialLifetime = TimeSpan.FromSeconds(Number("TURN_LIFETIME", 600)),
        GatherPatience = TimeSpan.FromMilliseconds(Number("GATHER_MS", 300)),
        EchoCount = Number("ECHO_N", 3_000),
        WarmUp = Number("WARM", 300),
        EchoSize = Number("ECHO_SZ", 1_024),
        MessageSize = Number("MSG", 16_384),
        Duration = TimeSpan.FromSeconds(Number("SECS", 5)),
        HighWater = Number("HI", 1 << 20),
        LowWater = Number("LO", 256 << 10),
        TokenCount = Number("TOK", 0),
        TokenGap = TimeSpan.FromMilliseconds(Number("GAP", 20)),
        LocalOnly = Text("LOCAL_ONLY") == "1",
        Address = IPAddress.TryParse(Environment.GetEnvironmentVariable("BIND"), out var address) ? address : null,
    };

    private static IEnumerable<IceServer> ReadServers()
    {
        var urls = $"{Text("STUN_URLS")},{Text("TURN_URLS")}";
        foreach (var url in urls.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!IceServer.TryParse(url, out var server)) throw new FormatException(url);
            yield return Text("TURN_SECRET") is { Length: > 0 } secret
                ? server with { Secret = secret }
                : server with { Username = Text("TURN_USER"), Password = Text("TURN_PASS") };
        }
    }

    private static X509Certificate2Collection? ReadRoots()
    {
        if (Text("TURN_CA") is not { Length: > 0 } path) return null;
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(path);
        return roots;
    }

    private static string Text(string name) => Environment.GetEnvironmentVariable(name) ?? "";

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number)
            ? number
            : otherwise;
}
