using System.Net;
using System.Net.Sockets;
using QuicPair.Rtc.Sockets.Loop;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests.Sending;

public sealed class SendBatchTests : IDisposable
{
    private readonly Socket _sender = Bound();
    private readonly Socket _receiver = Bound();
    private readonly Socket _other = Bound();

    [Fact]
    public void Datagrams_arrive_as_they_were_whatever_is_joined()
    {
        var batch = new SendBatch(_sender);
        int[] lengths = [.. Enumerable.Repeat(1_200, 100), 700, 1_200, 1_200, 1_250, 1_250, 40, 1_250, 1_200, 1];
        for (var index = 0; index < lengths.Length; index++) batch.Add(Datagram(index, lengths[index]), To(_receiver));
        batch.Flush();
        batch.Add(Datagram(lengths.Length, 1_400), To(_receiver));
        batch.Flush();

        var buffer = new byte[2_048];
        for (var index = 0; index <= lengths.Length; index++)
        {
            var length = _receiver.Receive(buffer);
            Assert.Equal(Datagram(index, index < lengths.Length ? lengths[index] : 1_400), buffer[..length]);
        }

        Assert.Equal(0, _receiver.Available);
        if (OperatingSystem.IsLinux()) Assert.Equal(10, batch.JoinedSends);
    }

    [Fact]
    public void Every_address_gets_its_own()
    {
        var batch = new SendBatch(_sender);
        for (var index = 0; index < 6; index++)
        {
            batch.Add(Datagram(index, 500), To(index % 2 == 0 ? _receiver : _other));
        }

        batch.Flush();
        var buffer = new byte[2_048];
        for (var index = 0; index < 6; index++)
        {
            var length = (index % 2 == 0 ? _receiver : _other).Receive(buffer);
            Assert.Equal(Datagram(index, 500), buffer[..length]);
        }
    }

    [Fact]
    public void What_the_system_refuses_harms_nothing()
    {
        var batch = new SendBatch(_sender);
        var nowhere = TransportAddress.From(IPAddress.Parse("255.255.255.255"), 9);
        for (var index = 0; index < 4; index++) batch.Add(Datagram(index, 500), nowhere);
        batch.Add(Datagram(4, 500), To(_receiver));
        batch.Flush();

        var buffer = new byte[2_048];
        Assert.Equal(Datagram(4, 500), buffer[.._receiver.Receive(buffer)]);
    }

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
        _other.Dispose();
    }

    private static byte[] Datagram(int index, int length) => [.. Enumerable.Repeat((byte)(index + 1), length)];

    private static TransportAddress To(Socket socket) =>
        TransportAddress.From(IPAddress.Loopback, ((IPEndPoint)socket.LocalEndPoint!).Port);

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveTimeout = 10_000,
            ReceiveBufferSize = 1 << 20,
        };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
