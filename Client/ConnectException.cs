namespace QuicPair.Client;

/// <summary>There is no connection to the Mac; the message is one sentence for people.</summary>
public sealed class ConnectException : Exception
{
    /// <summary>A failure with its sentence.</summary>
    public ConnectException(ConnectFailure reason, string sentence, Exception? cause = null)
        : base(sentence, cause) => Reason = reason;

    /// <summary>A failure with the sentence of its reason.</summary>
    public ConnectException(ConnectFailure reason, Exception? cause = null)
        : this(reason, Sentence(reason), cause)
    {
    }

    /// <summary>Which failure.</summary>
    public ConnectFailure Reason { get; }

    /// <summary>Whether the Mac may be back in a moment.</summary>
    public bool IsPassing => Reason is
        ConnectFailure.Interrupted or ConnectFailure.FrontDoorUnreachable or ConnectFailure.MacAway
        or ConnectFailure.Busy or ConnectFailure.NoPath or ConnectFailure.UdpBlocked
        or ConnectFailure.NameUnresolved or ConnectFailure.RelayRefused or ConnectFailure.RelayUnreachable
        or ConnectFailure.Handshake or ConnectFailure.Elsewhere;

    private static string Sentence(ConnectFailure reason) => reason switch
    {
        ConnectFailure.FrontDoorUnreachable => "The front door cannot be reached; is this device online?",
        ConnectFailure.FrontDoorBroken => "What answers at this address is not a QuicPair front door.",
        ConnectFailure.MacUnknown => "The front door does not know this Mac; pair again with a new link.",
        ConnectFailure.MacAway => "The Mac is away: asleep, off or without network.",
        ConnectFailure.Busy => "The Mac is busy; try again in a moment.",
        ConnectFailure.Version => "The Mac speaks another version of QuicPair; update both.",
        ConnectFailure.Refused =>
            "The Mac refused: the link is used or expired, or this device was removed; ask for a new link.",
        ConnectFailure.Forged => "The answer does not come from the Mac of the link; somebody may be in between.",
        ConnectFailure.FingerprintMismatch =>
            "The other end's certificate is not the one that the Mac named; somebody may be in between.",
        ConnectFailure.UdpBlocked =>
            "This network lets no UDP out, and there is no relay to go around it.",
        ConnectFailure.NameUnresolved =>
            "There is no direct path, and the name of the STUN or TURN server cannot be resolved.",
        ConnectFailure.RelayRefused => "There is no direct path, and the TURN server refused to relay.",
        ConnectFailure.RelayUnreachable => "There is no direct path, and the TURN server cannot be reached.",
        ConnectFailure.NoPath => "Phone and Mac found no way to each other through these networks.",
        ConnectFailure.Handshake => "The encrypted handshake with the Mac failed.",
        ConnectFailure.Pairing => "The pairing was not completed; try the same link again.",
        ConnectFailure.Revoked => "The owner of the Mac removed this device; ask for a new link.",
        ConnectFailure.Interrupted => "The connection to the Mac was lost.",
        ConnectFailure.Elsewhere => "Another program of this device has connected to the Mac.",
        ConnectFailure.Protocol => "The Mac said something that QuicPair does not understand.",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };
}
