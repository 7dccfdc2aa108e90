using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace QuicPair.Cli.Doctor.Stun;

/// <summary>Asks by UDP from one port, repeating what is not answered.</summary>
internal sealed class UdpAsker : IDisposable
{
    private static readonly TimeSpan[] Waits =
        [.. new[] { 250, 500, 1_000 }.Select(milliseconds => TimeSpan.FromMilliseconds(milliseconds))];

    private readonly Socket _socket;

    public UdpAsker(AddressFamily family)
    {
        _socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        var any = family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any;
        _socket.Bind(new IPEndPoint(any, 0));
    }

    /// <summary>Sends bytes that nobody answers.</summary>
    public async Task Send(byte[] bytes, IPEndPoint to, CancellationToken cancellation)
    {
        try
        {
            await _socket.SendToAsync(bytes, to, cancellation);
        }
        catch (SocketException)
        {
            // No route from here: nothing arrives, which is what the caller finds.
        }
    }

    /// <summary>The answer and its round trip; null when there is none.</summary>
    public async Task<(StunReply Reply, TimeSpan RoundTrip)?> Ask(
        IPEndPoint server, byte[] transaction, byte[] request, CancellationToken cancellation)
    {
        foreach (var wait in Waits)
        {
            var sentAt = Stopwatch.GetTimestamp();
            await Send(request, server, cancellation);
            var received = await Receive(bytes => StunReply.TryRead(bytes, transaction, out _), wait, cancellation);
            if (received is null || !StunReply.TryRead(received, transaction, out var reply)) continue;
            return (reply, Stopwatch.GetElapsedTime(sentAt));
        }

        return null;
    }

    /// <summary>The next datagram that is wanted; null when none comes in time.</summary>
    public async Task<byte[]?> Receive(Func<byte[], bool> isWanted, TimeSpan wait, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(wait);
        var buffer = new byte[2_048];
        var any = new IPEndPoint(
            _socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            try
            {
                var received = await _socket.ReceiveFromAsync(buffer, any, patience.Token);
                var bytes = buffer[..received.ReceivedBytes];
                if (isWanted(bytes)) return bytes;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return null;
            }
            catch (SocketException)
            {
                // An ICMP message about an earlier datagram; the answer may still come.
            }
        }
    }

    public void Dispose() => _socket.Dispose();
}
