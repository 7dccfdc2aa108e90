namespace QuicPair.Silo.Answers;

/// <summary>The limits of answers (docs/protocol.md, 7).</summary>
internal static class AnswerLimits
{
    // From the protocol.

    /// <summary>Logs kept for a device.</summary>
    public const int KeptPerDevice = 16;

    /// <summary>Chats of a device that run or wait.</summary>
    public const int UnfinishedPerDevice = 8;

    /// <summary>
    /// Bytes of an answer as JSON text. A little below 1 MiB, so that the single delta of a chat that is not
    /// streamed fits into one message.
    /// </summary>
    public const int AnswerBytes = (1024 * 1024) - 1024;

    /// <summary>
    /// How long a log is kept after its end, and how long a chat runs without any connection.
    /// </summary>
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    /// <summary>The least time between two positions in the queue.</summary>
    public static readonly TimeSpan PositionInterval = TimeSpan.FromSeconds(1);

    // Ours.

    /// <summary>
    /// What an entry takes in memory beside its characters, roughly: the record, its text's head and its place in the
    /// log.
    /// </summary>
    public const int EntryBytes = 64;

    /// <summary>
    /// Bytes of a log, with <see cref="EntryBytes"/> for each entry; an answer beyond them ends as at <see
    /// cref="AnswerBytes"/>. Tokens of four characters, the usual ones, come to both at about the same time; those of
    /// one character take 64 times their text.
    /// </summary>
    public const long LogBytes = 16L * 1024 * 1024;

    /// <summary>Bytes of all ended logs of this Mac that are kept, counted as <see cref="LogBytes"/> is.</summary>
    public const long KeptBytes = 64L * 1024 * 1024;

    /// <summary>
    /// How long a runner may be silent before it is asked what it does: a quick first token is not met by a question.
    /// </summary>
    public static readonly TimeSpan StageAfter = TimeSpan.FromMilliseconds(200);

    /// <summary>How often a runner that loads a model is asked whether it has it.</summary>
    public static readonly TimeSpan LoadPoll = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Neighbouring entries are merged up to this many characters: a message that arrives in one go.
    /// </summary>
    public const int MergedCharacters = 4096;
}
