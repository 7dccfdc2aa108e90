using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace QuicPair.Client.Tests;

/// <summary>A STUN server on loopback that answers nobody before it may.</summary>
internal sealed class LateStun : IDisposable
{
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));

    /// <param name="mayAnswer">Ends when it may.</param>
    public LateStun(Task mayAnswer) => _ = Serve(mayAnswer);

    public string Uri => $"stun:127.0.0.1:{((IPEndPoint)_socket.Client.LocalEndPoint!).Port}";

    public void Dispose() => _socket.Dispose();

    private async Task Serve(Task mayAnswer)
    {
        try
        {
            await mayAnswer;
            while (true)
            {
                var request = await _socket.ReceiveAsync();
                await _socket.SendAsync(Answer(request.Buffer), request.RemoteEndPoint);
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    // RFC 8489: success response with XOR-MAPPED-ADDRESS 203.0.113.7:4000.
    private static byte[] Answer(byte[] request)
    {
        byte[] answer =
        [
            0x01, 0x01, 0x00, 0x0C, .. request[4..20],
            0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0, 0, 203, 0, 113, 7,
        ];
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(26), 4000 ^ 0x2112);
        for (var index = 0; index < 4; index++) answer[28 + index] ^= request[4 + index];
        return answer;
    }
}
