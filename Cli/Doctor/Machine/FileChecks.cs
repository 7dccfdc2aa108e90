namespace QuicPair.Cli.Doctor.Machine;

/// <summary>The settings, and the files that only their owner may open.</summary>
internal static class FileChecks
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private static readonly Finding None = new(
        "key files", Verdict.Ok, "There are none yet; the first start or pairing makes them.");

    private static readonly string[] Secrets = ["keys", "keys.seal", "state.key", "pairings.json"];

    /// <summary>Whether <c>quicpair up</c> could use the settings.</summary>
    public static Finding Configuration(MachineSettings settings) => settings.Problem is { } problem
        ? new Finding(
            "settings", Verdict.Fail, problem, "Each value and where it comes from: quicpair config show --origin")
        : new Finding("settings", Verdict.Ok, "They can be used.");

    /// <summary>Whether the key files are the owner's alone.</summary>
    public static Finding Keys(MachineSettings settings)
    {
        if (!Directory.Exists(settings.Home))
        {
            return None;
        }

        if ((File.GetUnixFileMode(settings.Home) & OthersWrite) != UnixFileMode.None)
        {
            return new Finding(
                "key files", Verdict.Fail, $"Others may write to {settings.Home}.", $"chmod 700 '{settings.Home}'");
        }

        string[] found = [.. Secrets.Select(name => Path.Combine(settings.Home, name)).Where(File.Exists)];
        return found.FirstOrDefault(path => (File.GetUnixFileMode(path) & ~OwnerOnly) != UnixFileMode.None) is { } open
            ? new Finding("key files", Verdict.Fail, $"Others may open {open}.", $"chmod 600 '{open}'")
            : found.Length == 0 ? None
            : new Finding("key files", Verdict.Ok, $"{Counted.Of(found.Length, "file")}, open to you only.");
    }
}
