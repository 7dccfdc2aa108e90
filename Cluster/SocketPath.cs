using System.Text;

namespace QuicPair.Cluster;

/// <summary>How long the path of a Unix socket may be.</summary>
public static class SocketPath
{
    // What macOS takes; Linux takes a little more.
    private const int MaxBytes = 103;

    /// <summary>Whether a socket can have the path.</summary>
    public static bool Fits(string path) => Encoding.UTF8.GetByteCount(path) <= MaxBytes;
}
