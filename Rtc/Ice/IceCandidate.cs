using System.Globalization;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Ice;

/// <summary>
/// A UDP candidate of component 1, as it stands behind <c>candidate:</c> in a description (RFC 8839,
/// section 5.1):
/// <code>foundation 1 udp priority address port typ host [raddr address rport port] …</code>
/// </summary>
public sealed record IceCandidate
{
    private const int MaximumFoundationLength = 32;

    /// <summary>
    /// Equal for candidates of one type, base address and server (RFC 8445, section 5.1.1.3).
    /// </summary>
    public required string Foundation { get; init; }

    /// <summary>The larger, the sooner it is tried (RFC 8445, section 5.1.2).</summary>
    public required uint Priority { get; init; }

    /// <summary>Where the peer reaches it.</summary>
    public required TransportAddress Address { get; init; }

    /// <summary>Where the address comes from.</summary>
    public required IceCandidateType Type { get; init; }

    /// <summary>
    /// The local address that checks are sent from: the address itself for a host candidate. Not on the wire.
    /// </summary>
    public TransportAddress Base { get; init; }

    /// <summary>
    /// The priority of a candidate of this type (RFC 8445, section 5.1.2.1), for component 1.
    /// </summary>
    /// <param name="type">The type, which counts most.</param>
    /// <param name="localPreference">65535 for the address that is liked best.</param>
    public static uint ComputePriority(IceCandidateType type, ushort localPreference)
    {
        var typePreference = type switch
        {
            IceCandidateType.Host => 126u,
            IceCandidateType.PeerReflexive => 110u,
            IceCandidateType.ServerReflexive => 100u,
            _ => 0u,
        };
        return (typePreference << 24) | ((uint)localPreference << 8) | (256 - 1);
    }

    /// <summary>
    /// A host candidate for a socket that is bound to <paramref name="address"/>, or for one that is bound to
    /// all addresses when <paramref name="boundTo"/> is given.
    /// </summary>
    public static IceCandidate Host(
        TransportAddress address,
        ushort localPreference = ushort.MaxValue,
        TransportAddress? boundTo = null)
    {
        return new IceCandidate
        {
            Foundation = (ushort.MaxValue - localPreference + 1).ToString(CultureInfo.InvariantCulture),
            Priority = ComputePriority(IceCandidateType.Host, localPreference),
            Address = address,
            Type = IceCandidateType.Host,
            Base = boundTo ?? address,
        };
    }

    /// <summary>
    /// Reads the value of <c>a=candidate:</c>. False for what is malformed and for what this agent does not
    /// use: TCP, components other than 1, and names instead of addresses (an mDNS name's owner sends checks
    /// of its own).
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> value, out IceCandidate? candidate)
    {
        candidate = null;
        Span<Range> ranges = stackalloc Range[9];
        var count = value.Split(ranges, ' ', StringSplitOptions.RemoveEmptyEntries);
        if (count < 8) return false;

        var foundation = value[ranges[0]];
        if (foundation.Length > MaximumFoundationLength
            || foundation.ContainsAnyExcept(IceCredentials.Characters)
            || !value[ranges[1]].SequenceEqual("1")
            || !value[ranges[2]].Equals("udp", StringComparison.OrdinalIgnoreCase)
            || !uint.TryParse(value[ranges[3]], NumberStyles.None, null, out var priority)
            || !ushort.TryParse(value[ranges[5]], NumberStyles.None, null, out var port)
            || !TransportAddress.TryParse(value[ranges[4]], port, out var address) || address.IsUnusable
            || !value[ranges[6]].Equals("typ", StringComparison.OrdinalIgnoreCase)
            || !TryParseType(value[ranges[7]], out var type))
        {
            return false;
        }

        candidate = new IceCandidate
        {
            Foundation = foundation.ToString(),
            Priority = priority,
            Address = address,
            Type = type,
        };
        return true;
    }

    /// <summary>The value of <c>a=candidate:</c>.</summary>
    public override string ToString()
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Foundation} 1 udp {Priority} {Address.ToIPAddress()} {Address.Port} typ {NameOf(Type)}");
        if (Type == IceCandidateType.Host) return text;

        // RFC 8839, 5.1: raddr and rport "MUST be present" unless the type is host; zeros keep the base
        // private.
        return text + (Address.IsIPv4 ? " raddr 0.0.0.0 rport 9" : " raddr :: rport 9");
    }

    private static string NameOf(IceCandidateType type) => type switch
    {
        IceCandidateType.Host => "host",
        IceCandidateType.PeerReflexive => "prflx",
        IceCandidateType.ServerReflexive => "srflx",
        _ => "relay",
    };

    private static bool TryParseType(ReadOnlySpan<char> name, out IceCandidateType type)
    {
        foreach (var each in Enum.GetValues<IceCandidateType>())
        {
            type = each;
            if (name.Equals(NameOf(each), StringComparison.OrdinalIgnoreCase)) return true;
        }

        type = default;
        return false;
    }
}
