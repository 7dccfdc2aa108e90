using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Turn;

namespace QuicPair.Rtc.Sockets.Gathering.Relays;

/// <summary>
/// A user, or one made from a shared secret, as coturn's <c>use-auth-secret</c> wants it: the name begins with the Unix
/// time of its end, the password is <c>base64(HMAC-SHA1(secret, name))</c>.
/// </summary>
/// <param name="Username">The user.</param>
/// <param name="Password">The password.</param>
/// <param name="RenewableUntil">The end of credentials that can be made anew; null for others.</param>
internal sealed record RelayCredentials(string Username, string Password, DateTimeOffset? RenewableUntil)
{
    private const int RandomBytes = 8;

    /// <summary>The server's user, or a fresh one under its secret, good for <paramref name="lifetime"/>.</summary>
    public static RelayCredentials For(
        IceServer server, DateTimeOffset now, TimeSpan lifetime, IEntropy entropy)
    {
        if (server.Secret.Length == 0) return new(server.Username, server.Password, null);
        var random = new byte[RandomBytes];
        entropy.Fill(random);
        var end = now + lifetime;
        var seconds = end.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var username = $"{seconds}:{Convert.ToHexStringLower(random)}";
#pragma warning disable CA5350 // The relay's protocol fixes HMAC-SHA1.
        var mac = HMACSHA1.HashData(Encoding.UTF8.GetBytes(server.Secret), Encoding.UTF8.GetBytes(username));
#pragma warning restore CA5350
        return new(username, Convert.ToBase64String(mac), end);
    }

    public TurnCredentials ToTurn() => new(Username, Password);

    /// <summary>Without the password.</summary>
    public override string ToString() => $"{nameof(RelayCredentials)} {Username}";
}
