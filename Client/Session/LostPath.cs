using QuicPair.Rtc.Sockets;

namespace QuicPair.Client.Session;

/// <summary>Why ICE found no path, as far as the servers' answers tell.</summary>
internal static class LostPath
{
    public static ConnectFailure Cause(IReadOnlyList<IceServerState> servers)
    {
        var relays = servers.Where(state => state.Server.IsRelay).ToList();
        if (relays.Exists(relay => relay.Answer == IceServerAnswer.Answered)) return ConnectFailure.NoPath;
        if (relays.Exists(relay => relay.Answer == IceServerAnswer.Refused)) return ConnectFailure.RelayRefused;
        if (IsUdpBlocked(servers, relays)) return ConnectFailure.UdpBlocked;
        var needed = relays.Count > 0 ? relays : servers;
        if (needed.Count > 0 && needed.All(state => state.Answer == IceServerAnswer.Unresolved))
        {
            return ConnectFailure.NameUnresolved;
        }

        var isRelayAway = relays.Count > 0 && relays.TrueForAll(relay => relay.Answer != IceServerAnswer.Waiting);
        return isRelayAway ? ConnectFailure.RelayUnreachable : ConnectFailure.NoPath;
    }

    /// <summary>
    /// Whether nobody answers by UDP, a STUN server on a machine of its own included: a relay that is down is as silent
    /// as one that a firewall hides.
    /// </summary>
    private static bool IsUdpBlocked(IReadOnlyList<IceServerState> servers, List<IceServerState> relays)
    {
        var asked = servers
            .Where(state => !state.Server.IsRelay || state.Server.Transport == IceTransport.Udp)
            .Where(state => state.Answer is not (IceServerAnswer.Unresolved or IceServerAnswer.Unreachable))
            .ToList();
        return asked.TrueForAll(state => state.Answer == IceServerAnswer.Silent)
            && asked.Exists(state => !relays.Exists(relay => relay.Server.Host == state.Server.Host));
    }
}
