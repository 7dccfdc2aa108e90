namespace QuicPair.EndToEnd.Crash;

/// <summary>What can be seen of a pairing from outside.</summary>
internal enum Footstep
{
    /// <summary>A line of the Mac's log.</summary>
    LogLine,

    /// <summary>A file of the Mac or of the phone was made, written, renamed or deleted.</summary>
    FileChange,

    /// <summary>The phone sent or received something.</summary>
    PhoneStep,
}
