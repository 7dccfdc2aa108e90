using QuicPair.Rtc.Sockets;
using QuicPair.SignalingApi.Ice;
using QuicPair.Silo.Hosting;

namespace QuicPair.Cli.Doctor;

/// <summary>The servers that a Mac started here would use.</summary>
internal static class DoctorServers
{
    /// <summary>
    /// Reads the settings as <c>quicpair up</c> with these words would; what cannot be read is returned as the problem.
    /// </summary>
    public static IReadOnlyList<IceServer> Read(string[] words, string home, out string? problem)
    {
        problem = null;
        var servers = new List<IceServer>();
        try
        {
            var options = IceOptions.Read(Daemon.Configuration(words, home));
            foreach (var url in options.StunUrls.Concat(options.TurnUrls))
            {
                if (!IceServer.TryParse(url, out var server))
                {
                    problem = $"\"{url}\" is no stun:, turn: or turns: address.";
                    continue;
                }

                servers.Add(server with
                {
                    Username = options.TurnUser,
                    Password = options.TurnPassword,
                    Secret = options.TurnSecret,
                });
            }
        }
        catch (Exception failure) when (
            failure is InvalidDataException or FormatException or InvalidOperationException)
        {
            problem = failure.Message;
        }

        return servers;
    }
}
