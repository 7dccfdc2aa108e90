using Microsoft.Extensions.Configuration;
using QuicPair.Rtc.Sockets;
using QuicPair.SignalingApi.Ice;

namespace QuicPair.Cli.Doctor;

/// <summary>The servers that a Mac started here would use.</summary>
internal static class DoctorServers
{
    private const string DefaultStun =
        "stun:stun.l.google.com:19302,stun:stun1.l.google.com:19302,stun:stun2.l.google.com:19302";

    /// <summary>Reads the settings of the environment; a URL that cannot be read is returned as the problem.</summary>
    public static IReadOnlyList<IceServer> Read(out string? problem)
    {
        problem = null;
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new($"{IceOptions.Section}:{nameof(IceOptions.StunUrls)}", DefaultStun)])
            .AddEnvironmentVariables()
            .Build();
        var options = IceOptions.Read(configuration);
        var servers = new List<IceServer>();
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

        return servers;
    }
}
