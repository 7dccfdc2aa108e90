namespace QuicPair.Silo;

/// <summary>The host was told to stop before it had started.</summary>
/// <param name="isSiloFailure">Whether its silo could not go on; otherwise a person or a supervisor asked.</param>
/// <param name="cause">What the start threw.</param>
internal sealed class StartInterruptedException(bool isSiloFailure, Exception? cause) : Exception(null, cause)
{
    /// <summary>Whether its silo could not go on; another start may succeed.</summary>
    public bool IsSiloFailure => isSiloFailure;
}
