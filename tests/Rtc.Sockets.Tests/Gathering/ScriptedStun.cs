using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace QuicPair.Rtc.Sockets.Tests.Gathering;

/// <summary>A STUN server on loopback that tells everybody one address, or nothing at all.</summary>
internal sealed class ScriptedStun : IDisposable
{
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IPEndPoint? _tells;

    /// <param name="tells">The address that every answer has; null for a black hole.</param>
    public ScriptedStun(string? tells)
    {
        _tells = tells is null ? null : IPEndPoint.Parse(tells);
        _ = Serve();
    }

    /// <summary>Ends with the first request.</summary>
    public Task Asked => _asked.Task;

    public string Uri => $"stun:127.0.0.1:{((IPEndPoint)_socket.Client.LocalEndPoint!).Port}";

    public IceServer Server
    {
        get
        {
            Xunit.Assert.True(IceServer.TryParse(Uri, out var server));
            return server;
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                var request = await _socket.ReceiveAsync();
                _asked.TrySetResult();
                if (_tells is not null) await _socket.SendAsync(Answer(request.Buffer), request.RemoteEndPoint);
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    // RFC 8489: success response, the request's cookie and transaction id, XOR-MAPPED-ADDRESS.
    private byte[] Answer(byte[] request)
    {
        var answer = new byte[32];
        answer[0] = 0x01;
        answer[1] = 0x01;
        answer[3] = 12;
        request.AsSpan(4, 16).CopyTo(answer.AsSpan(4));
        byte[] attribute = [0x00, 0x20, 0x00, 0x08, 0x00, 0x01];
        attribute.CopyTo(answer, 20);
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(26), (ushort)(_tells!.Port ^ 0x2112));
        _tells.Address.TryWriteBytes(answer.AsSpan(28), out _);
        for (var index = 0; index < 4; index++) answer[28 + index] ^= request[4 + index];
        return answer;
    }
}
