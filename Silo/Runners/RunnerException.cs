namespace QuicPair.Silo.Runners;

/// <summary>A runner did not do what it was asked. The message is a sentence for people.</summary>
internal sealed class RunnerException(RunnerFault fault, string message, Exception? cause = null)
    : Exception(message, cause)
{
    public RunnerFault Fault { get; } = fault;

    /// <summary>When the device has new tokens, Unix seconds; null when it is not for want of them.</summary>
    public long? Until { get; init; }

    /// <summary>What a phone is told.</summary>
    public ErrorCode Code => Fault switch
    {
        RunnerFault.ModelNotFound => ErrorCode.ModelNotFound,
        RunnerFault.Unreachable => ErrorCode.RunnerUnreachable,
        RunnerFault.BadRequest => ErrorCode.BadRequest,
        RunnerFault.NotAllowed => ErrorCode.NotAllowed,
        RunnerFault.TooLarge => ErrorCode.TooLarge,
        RunnerFault.Busy => ErrorCode.Busy,
        _ => ErrorCode.RunnerFailed,
    };
}
