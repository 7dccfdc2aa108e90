namespace QuicPair.SignalingApi;

/// <summary>Where a front door that runs alone keeps its files, apart from a Mac's.</summary>
internal static class DataFolder
{
    public static string Default()
    {
        if (Variable("QUICPAIR_HOME") is { } home)
        {
            return home;
        }

        var user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (OperatingSystem.IsMacOS())
        {
            return Path.Combine(user, "Library", "Application Support", "QuicPair", "front-door");
        }

        var state = Variable("XDG_STATE_HOME") ?? Path.Combine(user, ".local", "state");
        return Path.Combine(state, "quicpair", "front-door");
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
