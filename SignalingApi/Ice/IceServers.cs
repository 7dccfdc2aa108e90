using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace QuicPair.SignalingApi.Ice;

/// <summary>Composes what an authenticated phone is told.</summary>
internal sealed class IceServers(IOptions<IceOptions> options, TimeProvider time)
{
    public IceResponse ForOnePhone()
    {
        var configured = options.Value;
        var servers = new List<IceServer>();
        long? ttl = null;
        if (configured.StunUrls.Count > 0)
        {
            servers.Add(new IceServer([.. configured.StunUrls]));
        }

        if (configured.TurnUrls.Count > 0)
        {
            var expiry = time.GetUtcNow() + configured.CredentialLifetime;
            var isMinted = configured.TurnSecret.Length > 0;
            var (username, credential) = isMinted
                ? RelayCredentials.Mint(configured.TurnSecret, expiry, RandomNumberGenerator.GetBytes(8))
                : (configured.TurnUser, configured.TurnPassword);
            if (isMinted) ttl = (long)configured.CredentialLifetime.TotalSeconds;
            servers.Add(new IceServer([.. configured.TurnUrls], username, credential));
        }

        return new IceResponse(1, servers, ttl);
    }
}
