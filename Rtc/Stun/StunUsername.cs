namespace QuicPair.Rtc.Stun;

/// <summary>
/// The USERNAME of a connectivity check, "receiver's ufrag : sender's ufrag" (RFC 8445, section 7.2.2). One
/// UDP port that serves many peers finds the peer of an unknown address by it.
/// </summary>
public static class StunUsername
{
    /// <summary>
    /// Whether <paramref name="datagram"/> is a Binding request with a right FINGERPRINT and a USERNAME that
    /// names a receiver; <paramref name="fragment"/> is that receiver's ufrag (ASCII, 4 to 256 bytes).
    /// Nothing is authenticated yet.
    /// </summary>
    public static bool TryReadReceiver(ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> fragment)
    {
        fragment = default;
        if (!StunMessage.IsStun(datagram) || !StunMessage.TryParse(datagram, out var message)) return false;
        if (message.Header is not { Class: StunClass.Request, Method: StunMethod.Binding }) return false;
        var separator = message.Username.IndexOf((byte)':');
        if (!message.HasFingerprint || separator is < 4 or > 256) return false;
        fragment = message.Username[..separator];
        return true;
    }
}
