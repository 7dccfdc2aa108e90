using System.Security.Cryptography;
using System.Text;
using QuicPair.Rtc.Stun;

namespace QuicPair.Rtc.Turn;

/// <summary>
/// What the server's challenge and our credentials make together (RFC 8489, section 9.2.2):
/// <c>key = MD5(username ":" realm ":" password)</c>.
/// </summary>
internal sealed class LongTermKey(TurnCredentials credentials)
{
    private readonly byte[] _username = Encoding.UTF8.GetBytes(credentials.Username);
    private byte[] _realm = [];
    private byte[] _nonce = [];
    private byte[] _key = [];

    /// <summary>Whether there was a challenge: before it, requests go without credentials.</summary>
    public bool IsKnown => _nonce.Length > 0;

    /// <summary>The key of MESSAGE-INTEGRITY; empty before the first challenge.</summary>
    public ReadOnlySpan<byte> Key => _key;

    /// <summary>Takes realm and nonce of a 401 or 438, unless they are missing or too long.</summary>
    public void Take(in StunMessage challenge)
    {
        var realm = challenge.Realm.IsEmpty ? _realm : challenge.Realm;
        if (realm.IsEmpty || challenge.Nonce.IsEmpty) return;
        if (realm.Length > TurnTimings.MaximumText || challenge.Nonce.Length > TurnTimings.MaximumText) return;
        _nonce = challenge.Nonce.ToArray();
        if (realm.SequenceEqual(_realm)) return;
        _realm = realm.ToArray();
        _key = Compute();
    }

    public void Write(ref StunMessageWriter writer)
    {
        if (!IsKnown) return;
        writer.AddUsername(_username);
        writer.AddRealm(_realm);
        writer.AddNonce(_nonce);
    }

    private byte[] Compute()
    {
        byte[] text = [.. _username, (byte)':', .. _realm, (byte)':', .. Encoding.UTF8.GetBytes(credentials.Password)];
#pragma warning disable CA5351 // RFC 8489, 9.2.2: MD5 is what servers without PASSWORD-ALGORITHMS know.
        return MD5.HashData(text);
#pragma warning restore CA5351
    }
}
