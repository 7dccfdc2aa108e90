namespace QuicPair.Nat.Routers;

/// <summary>The rules of nftables that make a Linux router behave like one kind of NAT.</summary>
internal static class RouterRules
{
    // Longer than any check, question to a TURN server or acknowledgement; shorter than a message of the tests'
    // streams.
    private const int DataLength = 260;

    /// <summary>
    /// Table <c>ip lab</c>. Linux keeps a source port when it can, which makes plain masquerading a port-restricted
    /// cone; what comes unasked is dropped before it is tracked, so that it cannot take the port away. The maps of the
    /// two other cones open the port that was used on the way out.
    /// </summary>
    public static string For(NatKind kind, bool hairpin, string outside) => $$"""
        table ip lab {
          counter relay { }
          counter relay_data { }
          counter direct { }
          counter direct_data { }
          counter stun { }
          counter refused { }
          map opened { type inet_service : ipv4_addr; flags dynamic; size 4096; }
          set contacted { type inet_service . ipv4_addr; flags dynamic; size 4096; }
          chain translate_in {
            type nat hook prerouting priority dstnat;
            {{Inbound(kind)}}
            {{(hairpin ? $"iifname \"lan*\" ip daddr {outside} dnat to udp dport map @opened" : "")}}
          }
          chain translate_out {
            type nat hook postrouting priority srcnat;
            {{(hairpin ? $"oifname \"lan*\" ct status dnat meta l4proto udp snat to {outside}" : "")}}
            oifname "wan" {{(kind == NatKind.Symmetric ? "masquerade random,fully-random" : "masquerade")}}
          }
          chain unasked {
            type filter hook input priority filter;
            iifname "wan" ct state new counter drop
            {{(hairpin ? "" : "iifname \"lan*\" meta l4proto udp ct state new drop")}}
          }
          chain pass {
            type filter hook forward priority filter;
            iifname "lan*" oifname "lan*" ct status dnat ip length > {{DataLength}} counter name direct_data
            iifname "lan*" oifname "lan*" ct status dnat counter name direct accept
            iifname "lan*" oifname "lan*" drop
            oifname "wan" meta l4proto udp update @opened { udp sport : ip saddr }
            oifname "wan" meta l4proto udp update @contacted { udp sport . ip daddr }
            {{Barrier(kind)}}
            ip length > {{DataLength}} jump data
            ip daddr {{TurnServer.Address}} counter name relay
            ip saddr {{TurnServer.Address}} counter name relay
            ip daddr { {{TurnServer.StunAddresses}} } counter name stun accept
            ip saddr { {{TurnServer.StunAddresses}} } counter name stun accept
            meta l4proto udp ip daddr != {{TurnServer.Address}} ip saddr != {{TurnServer.Address}} counter name direct
          }
          chain data {
            ip daddr {{TurnServer.Address}} counter name relay_data return
            ip saddr {{TurnServer.Address}} counter name relay_data return
            meta l4proto udp counter name direct_data
          }
        }
        """;

    private static string Inbound(NatKind kind) => kind switch
    {
        NatKind.FullCone =>
            "iifname \"wan\" dnat to udp dport map @opened",
        NatKind.AddressRestricted =>
            "iifname \"wan\" udp dport . ip saddr @contacted dnat to udp dport map @opened",
        _ => "",
    };

    private static string Barrier(NatKind kind) => kind switch
    {
        NatKind.UdpBlocked =>
            $$"""
            meta l4proto udp ct direction original ip daddr != {{TurnServer.Address}} counter name refused drop
            meta l4proto udp ct direction original udp dport != {{TurnServer.Port}} counter name refused drop
            """,
        NatKind.OnlyTls =>
            $$"""
            meta l4proto != tcp counter name refused drop
            ct direction original ip daddr != {{TurnServer.Address}} counter name refused drop
            ct direction original tcp dport != {{TurnServer.TlsPort}} counter name refused drop
            """,
        _ => "",
    };
}
