using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace QuicPair.Protocol;

/// <summary>
/// Where a link may point (QP/1 section 2): https anywhere; http only when the host is loopback, a private address or a
/// <c>.local</c> name.
/// </summary>
internal static partial class LinkOrigin
{
    /// <summary>Reads <c>scheme://host[:port]/p</c>, scheme and host in either case.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out Uri? origin)
    {
        origin = null;
        return Form().IsMatch(text) && Uri.TryCreate(text, UriKind.Absolute, out origin) && origin.Host.Length > 0;
    }

    /// <summary>Whether the scheme fits the host.</summary>
    public static bool IsAllowed(Uri origin) =>
        origin.Scheme == Uri.UriSchemeHttps || (origin.Scheme == Uri.UriSchemeHttp && IsNear(origin));

    private static bool IsNear(Uri origin) =>
        IPAddress.TryParse(origin.DnsSafeHost, out var address)
            ? IsPrivate(address)
            : origin.Host is "localhost" || origin.Host.EndsWith(".local", StringComparison.Ordinal);

    private static bool IsPrivate(IPAddress address)
    {
        // Browsers take an IPv4 address inside an IPv6 one for neither loopback nor private.
        if (address.IsIPv4MappedToIPv6)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out _) || IPAddress.IsLoopback(address))
        {
            return true;
        }

        return address.AddressFamily == AddressFamily.InterNetwork
            ? bytes is [10, ..] or [172, >= 16 and <= 31, ..] or [192, 168, ..] or [169, 254, ..]
            : address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal;
    }

    // Looked for in the text: browsers and Uri read what is left out, escaped or turned round each in their own way.
    [GeneratedRegex(@"^[A-Za-z]+://[^/?#@%\\\s]+/p\z")]
    private static partial Regex Form();
}
