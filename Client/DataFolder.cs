namespace QuicPair.Client;

/// <summary>Where QuicPair keeps what must survive: one folder per user, for phone and Mac alike.</summary>
public static class DataFolder
{
    /// <summary>
    /// <c>QUICPAIR_HOME</c>, else <c>~/Library/Application Support/QuicPair</c> on a Mac, else
    /// <c>$XDG_STATE_HOME/quicpair</c> (default <c>~/.local/state/quicpair</c>).
    /// </summary>
    public static string Path
    {
        get
        {
            if (Environment.GetEnvironmentVariable("QUICPAIR_HOME") is { Length: > 0 } chosen)
            {
                return System.IO.Path.GetFullPath(chosen);
            }

            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            if (OperatingSystem.IsMacOS())
            {
                return System.IO.Path.Combine(home, "Library", "Application Support", "QuicPair");
            }

            return Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state
                && System.IO.Path.IsPathRooted(state)
                ? System.IO.Path.Combine(state, "quicpair")
                : System.IO.Path.Combine(home, ".local", "state", "quicpair");
        }
    }

    /// <summary>The phone's pairings in a data folder.</summary>
    public static string PairingsFile(string folder) => System.IO.Path.Combine(folder, "pairings.json");
}
