using QuicPair.Rtc.Sdp;

namespace QuicPair.Rtc.Sockets;

/// <summary>A session description that cannot be used.</summary>
public sealed class SdpException : Exception
{
    /// <summary>A rejection for <paramref name="reason"/>.</summary>
    public SdpException(SdpProblem reason)
        : base($"The session description cannot be used: {reason}.") => Reason = reason;

    /// <summary>What is wrong with it.</summary>
    public SdpProblem Reason { get; }
}
