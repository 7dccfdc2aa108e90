namespace QuicPair.Silo;

/// <summary>The daemon cannot start; the message is the one sentence that it says.</summary>
internal sealed class StartupException(string message, Exception? cause = null) : Exception(message, cause);
