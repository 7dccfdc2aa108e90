using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace QuicPair.Protocol;

/// <summary>
/// Where a link may point (QP/1 section 2): https anywhere; http only when the host is loopback, a private
/// address or a
/// <c>.local</c> name.
/// </summary>
internal static class LinkOrigin
{
    /// <summary>Reads <c>scheme://host[:port]</c> followed by exactly <paramref name="path"/>.</summary>
    public static bool TryRead(string text, string path, [NotNullWhen(true)] out Uri? origin) =>
        Uri.TryCreate(text, UriKind.Absolute, out origin)
        && origin.AbsolutePath == path
        && origin.Query.Length == 0
        && origin.UserInfo.Length == 0
        && origin.Host.Length > 0
        && text.EndsWith(path, StringComparison.Ordinal);

    /// <summary>Whether the scheme fits the host.</summary>
    public static bool IsAllowed(Uri origin) =>
        origin.Scheme == Uri.UriSchemeHttps || (origin.Scheme == Uri.UriSchemeHttp && IsNear(origin));

    private static bool IsNear(Uri origin) =>
        IPAddress.TryParse(origin.DnsSafeHost, out var address)
            ? IsPrivate(address)
            : origin.Host is "localhost" || origin.Host.EndsWith(".local", StringComparison.Ordinal);

    private static bool IsPrivate(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out _) || IPAddress.IsLoopback(address))
        {
            return true;
        }

        return address.AddressFamily == AddressFamily.InterNetwork
            ? bytes is [10, ..] or [172, >= 16 and <= 31, ..] or [192, 168, ..] or [169, 254, ..]
            : address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal;
    }
}
