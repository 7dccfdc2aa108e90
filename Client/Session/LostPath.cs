using QuicPair.Rtc.Sockets;

namespace QuicPair.Client.Session;

/// <summary>Why ICE found no path, as far as the servers' answers tell.</summary>
internal static class LostPath
{
    public static ConnectFailure Cause(IReadOnlyList<IceServerState> servers)
    {
        var relays = servers.Where(state => state.Server.IsRelay).Select(state => state.Answer).ToList();
        if (relays.Contains(IceServerAnswer.Answered)) return ConnectFailure.NoPath;
        if (relays.Contains(IceServerAnswer.Refused)) return ConnectFailure.RelayRefused;
        var byUdp = servers
            .Where(state => !state.Server.IsRelay || state.Server.Transport == IceTransport.Udp)
            .ToList();
        if (byUdp.Count > 0 && byUdp.TrueForAll(state => state.Answer == IceServerAnswer.Silent))
        {
            return ConnectFailure.UdpBlocked;
        }

        var isRelayAway = relays.Count > 0 && relays.TrueForAll(answer => answer == IceServerAnswer.Silent);
        return isRelayAway ? ConnectFailure.RelayUnreachable : ConnectFailure.NoPath;
    }
}
