namespace QuicPair.Cli.Doctor;

/// <summary>The path that connections from here will take.</summary>
internal enum ExpectedPath
{
    /// <summary>Directly, whatever the other side's network.</summary>
    Direct,

    /// <summary>
    /// Directly to most networks; from behind a router to strict ones by the relay, or not at all without one.
    /// </summary>
    MostlyDirect,

    /// <summary>Only through the relay.</summary>
    Relay,

    /// <summary>Only inside this network.</summary>
    LocalOnly,

    /// <summary>Not measured.</summary>
    Unknown,
}
