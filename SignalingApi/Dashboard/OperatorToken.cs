using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace QuicPair.SignalingApi.Dashboard;

/// <summary>
/// What opens the dashboard: configured, or 128 random bits that live as long as the process.
/// </summary>
public sealed class OperatorToken
{
    private const int RandomBytes = 16;
    private readonly byte[] _hash;
    private readonly byte[] _cookieHash;

    /// <summary>Takes the configured token or makes one.</summary>
    public OperatorToken(IOptions<FrontDoorOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var configured = options.Value.DashboardToken;
        IsRandom = configured.Length == 0;
        Value = IsRandom ? RandomNumberGenerator.GetHexString(RandomBytes * 2, true) : configured;
        _hash = Hash(Value);
        Cookie = Convert.ToHexStringLower(Hash("quicpair dashboard cookie " + Value));
        _cookieHash = Hash(Cookie);
    }

    /// <summary>The token. It is shown on a terminal, never logged.</summary>
    public string Value { get; }

    /// <summary>Whether it was made for this process because none is configured.</summary>
    public bool IsRandom { get; }

    /// <summary>What a browser keeps instead of it; the token does not follow from it.</summary>
    internal string Cookie { get; }

    /// <summary>Never the token.</summary>
    public override string ToString() => "[operator token]";

    internal bool Accepts(string? token) => token is not null && IsEqual(_hash, token);

    internal bool AcceptsCookie(string? cookie) => cookie is not null && IsEqual(_cookieHash, cookie);

    private static bool IsEqual(byte[] hash, string text) =>
        CryptographicOperations.FixedTimeEquals(hash, Hash(text));

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
