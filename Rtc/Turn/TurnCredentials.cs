namespace QuicPair.Rtc.Turn;

/// <summary>The long-term credentials at a TURN server (RFC 8489, section 9.2).</summary>
/// <param name="Username">The user, at most 508 bytes of UTF-8.</param>
/// <param name="Password">The password.</param>
public sealed record TurnCredentials(string Username, string Password)
{
    /// <summary>Without the password.</summary>
    public override string ToString() => $"{nameof(TurnCredentials)} {Username}";
}
