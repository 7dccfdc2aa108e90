namespace QuicPair.Cluster;

/// <summary>Where the platform has a program keep what must survive.</summary>
public static class StateFolder
{
    /// <summary>
    /// <c>~/Library/Application Support/QuicPair</c> on a Mac, else <c>$XDG_STATE_HOME/quicpair</c> (default
    /// <c>~/.local/state/quicpair</c>). The XDG specification: "If an implementation encounters a relative path in any
    /// of these variables it should consider the path invalid and ignore it."
    /// </summary>
    /// <param name="environment">The value of a variable, or null.</param>
    public static string Locate(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (OperatingSystem.IsMacOS())
        {
            return Path.Combine(user, "Library", "Application Support", "QuicPair");
        }

        return environment("XDG_STATE_HOME") is { Length: > 0 } state && Path.IsPathRooted(state)
            ? Path.Combine(state, "quicpair")
            : Path.Combine(user, ".local", "state", "quicpair");
    }
}
