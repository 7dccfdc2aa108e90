namespace QuicPair.Cli.Doctor.Stun;

/// <summary>What a TURN server asked to be signed with (RFC 8489, 9.2).</summary>
/// <param name="Username">The user.</param>
/// <param name="Realm">The server's realm.</param>
/// <param name="Nonce">The server's nonce.</param>
/// <param name="Key">MD5 of user, realm and password.</param>
internal sealed record StunLogin(string Username, byte[] Realm, byte[] Nonce, byte[] Key);
