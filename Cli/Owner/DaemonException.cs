namespace QuicPair.Cli.Owner;

/// <summary>
/// The daemon of this machine did not do what was asked; the message is one sentence, or a line for each of two.
/// </summary>
internal sealed class DaemonException(string sentence, int exitCode, Exception? cause = null)
    : Exception(sentence, cause)
{
    public int ExitCode { get; } = exitCode;
}
