using System.Text.Json;

namespace QuicPair.Benchmarks.Peers;

/// <summary>One line between the two processes, JSON.</summary>
/// <param name="What">What it says.</param>
/// <param name="Number">Of a peer, or how many.</param>
/// <param name="Text">A description, or what went wrong.</param>
/// <param name="Milliseconds">What was measured.</param>
internal sealed record PeerLine(string What, int Number = 0, string Text = "", double[]? Milliseconds = null)
{
    // From the answering process.

    /// <summary>Have so many peers connected.</summary>
    public const string Connect = "connect";

    /// <summary>The answer to a peer's offer.</summary>
    public const string Answer = "answer";

    /// <summary>Have so many peers send.</summary>
    public const string Stream = "stream";

    /// <summary>So many messages were sent to them.</summary>
    public const string Sent = "sent";

    /// <summary>Close all.</summary>
    public const string Close = "close";

    // From the offering process.

    /// <summary>A peer's offer.</summary>
    public const string Offer = "offer";

    /// <summary>A peer's channel is open; how long it took.</summary>
    public const string Opened = "opened";

    /// <summary>As many are connected as was told.</summary>
    public const string Connected = "connected";

    /// <summary>They begin to send, and count what comes.</summary>
    public const string Streaming = "streaming";

    /// <summary>So many messages were sent.</summary>
    public const string Streamed = "streamed";

    /// <summary>So many messages came; p50, p99 and the longest of their delays.</summary>
    public const string Heard = "heard";

    /// <summary>All are closed.</summary>
    public const string Closed = "closed";

    /// <summary>It cannot go on.</summary>
    public const string Failed = "failed";

    /// <exception cref="JsonException">It is no such line.</exception>
    public static PeerLine Read(string line) =>
        JsonSerializer.Deserialize<PeerLine>(line) ?? throw new JsonException("The line is null.");

    public string Write() => JsonSerializer.Serialize(this);
}
