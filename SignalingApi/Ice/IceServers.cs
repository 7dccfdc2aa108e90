using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace QuicPair.SignalingApi.Ice;

/// <summary>Composes what an authenticated phone is told.</summary>
internal sealed class IceServers(IOptions<IceOptions> options, TimeProvider time)
{
    public IReadOnlyList<IceServer> ForOnePhone()
    {
        var configured = options.Value;
        var servers = new List<IceServer>();
        if (configured.StunUrls.Count > 0)
        {
            servers.Add(new IceServer([.. configured.StunUrls]));
        }

        if (configured.TurnUrls.Count > 0)
        {
            var expiry = time.GetUtcNow() + configured.CredentialLifetime;
            var (username, credential) = configured.TurnSecret.Length > 0
                ? RelayCredentials.Mint(configured.TurnSecret, expiry, RandomNumberGenerator.GetBytes(8))
                : (configured.TurnUser, configured.TurnPassword);
            servers.Add(new IceServer([.. configured.TurnUrls], username, credential));
        }

        return servers;
    }
}
