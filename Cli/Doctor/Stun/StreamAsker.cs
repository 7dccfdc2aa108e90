using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace QuicPair.Cli.Doctor.Stun;

/// <summary>Asks by TCP, or by TLS over it.</summary>
internal sealed class StreamAsker(Stream stream) : IDisposable
{
    /// <exception cref="SocketException">The server cannot be reached.</exception>
    /// <exception cref="System.Security.Authentication.AuthenticationException">
    /// Its certificate is not trusted.
    /// </exception>
    public static async Task<StreamAsker> Connect(
        IPEndPoint server, string? tlsName, CancellationToken cancellation)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? tls = null;
        try
        {
            await socket.ConnectAsync(server, cancellation);
            var stream = new NetworkStream(socket, ownsSocket: true);
            if (tlsName is null) return new StreamAsker(stream);
            tls = new SslStream(stream);
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = tlsName }, cancellation);
            return new StreamAsker(tls);
        }
        catch
        {
            if (tls is not null) await tls.DisposeAsync();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The answer and its round trip; null when it is no answer to this.</summary>
    public async Task<(StunReply Reply, TimeSpan RoundTrip)?> Ask(
        byte[] transaction, byte[] request, CancellationToken cancellation)
    {
        var sentAt = Stopwatch.GetTimestamp();
        await stream.WriteAsync(request, cancellation);
        await stream.FlushAsync(cancellation);
        var header = new byte[StunRequest.HeaderLength];
        await stream.ReadExactlyAsync(header, cancellation);
        var body = new byte[BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2))];
        await stream.ReadExactlyAsync(body, cancellation);
        return StunReply.TryRead([.. header, .. body], transaction, out var reply)
            ? (reply, Stopwatch.GetElapsedTime(sentAt))
            : null;
    }

    public void Dispose() => stream.Dispose();
}
