using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace QuicPair.SignalingApi.Ice;

/// <summary>
/// Relay credentials that expire by themselves, as coturn's <c>use-auth-secret</c> checks them
/// (draft-uberti-behave-turn-rest-00, 2.2): the user name is <c>expiry:random</c>, the password
/// <c>base64(HMAC-SHA1(secret, user name))</c>. The random part says nothing about the device.
/// </summary>
internal static class RelayCredentials
{
    // docs/protocol.md, 3.2: "credentials live ≤ 600 s".
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromSeconds(600);

    [SuppressMessage("Security", "CA5350", Justification = "The relay's protocol fixes HMAC-SHA1.")]
    public static (string Username, string Credential) Mint(
        string secret,
        DateTimeOffset expiry,
        ReadOnlySpan<byte> random)
    {
        var seconds = expiry.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var username = $"{seconds}:{Convert.ToHexStringLower(random)}";
        var mac = HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(username));
        return (username, Convert.ToBase64String(mac));
    }
}
