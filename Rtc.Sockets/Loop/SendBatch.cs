using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets.Loop;

/// <summary>
/// Joins datagrams of one length to one address into a single system call where the kernel cuts them apart again
/// (UDP_SEGMENT, Linux 4.18); elsewhere, and where it refuses, each goes alone. Guarded by the host's gate.
/// </summary>
internal sealed class SendBatch(Socket socket)
{
    // From linux/udp.h: SOL_UDP, UDP_SEGMENT.
    private const int UdpLevel = 17;
    private const int SegmentOption = 103;

    // Ours: the kernel takes 64; more than this saves nothing and is a longer burst for the path.
    private const int SegmentsMax = 16;

    // The longest payload of UDP over IPv4.
    private const int BytesMax = 65_507;

    private readonly SocketAddress _destination = new(socket.AddressFamily);
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(BytesMax, pinned: true);
    private bool _canSegment = OperatingSystem.IsLinux();
    private bool _isOptionRefused;
    private TransportAddress _remote;
    private int _option;
    private int _segment;
    private int _length;
    private int _count;

    /// <summary>System calls that carried more than one datagram.</summary>
    public long JoinedSends { get; private set; }

    /// <summary>Takes a datagram; it goes out with the next <see cref="Flush"/>, or before.</summary>
    public void Add(ReadOnlySpan<byte> datagram, TransportAddress remote)
    {
        if (datagram.Length > BytesMax) return;
        if (_count > 0 && !CanJoin(datagram.Length, remote)) Flush();
        if (_count == 0) (_remote, _segment) = (remote, datagram.Length);
        datagram.CopyTo(_bytes.AsSpan(_length));
        _length += datagram.Length;
        _count++;
    }

    /// <summary>Sends what was taken; false when the system has no way for it.</summary>
    public bool Flush()
    {
        if (_count == 0) return true;
        var hasSent = true;
        SocketAddresses.Write(_remote, _destination);
        var batch = _bytes.AsSpan(0, _length);
        if (_count == 1)
        {
            hasSent = TrySendOne(batch);
        }
        else if (TrySetSegment(_segment) && TrySend(batch))
        {
            JoinedSends++;
        }
        else
        {
            hasSent = TrySendEach(batch);
        }

        (_count, _length) = (0, 0);
        return hasSent;
    }

    // All segments have the length of the first; only the last may be shorter.
    private bool CanJoin(int length, TransportAddress remote) => _canSegment
        && _count < SegmentsMax
        && length <= _segment
        && _length == _count * _segment
        && _length + length <= BytesMax
        && remote == _remote;

    private bool TrySendOne(ReadOnlySpan<byte> datagram)
    {
        // An option that is set would cut a longer datagram.
        if (datagram.Length > _option || _isOptionRefused) TrySetSegment(0);
        if (TrySend(datagram)) return true;

        // Where an interface leaves checksums to the kernel, or IPsec is at work, it is refused for a shorter one, too.
        if (_option == 0 || !TrySetSegment(0) || !TrySend(datagram)) return false;
        _isOptionRefused = true;
        return true;
    }

    /// <summary>If what was refused together goes alone, it is the joining that this path does not take.</summary>
    private bool TrySendEach(ReadOnlySpan<byte> batch)
    {
        TrySetSegment(0);
        var hasSent = false;
        for (; !batch.IsEmpty; batch = batch[Math.Min(_segment, batch.Length)..])
        {
            hasSent |= TrySend(batch[..Math.Min(_segment, batch.Length)]);
        }

        if (hasSent) _canSegment = false;
        return hasSent;
    }

    private bool TrySetSegment(int length)
    {
        if (_option == length) return true;
        try
        {
            socket.SetRawSocketOption(UdpLevel, SegmentOption, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in length)));
            _option = length;
            return true;
        }
        catch (Exception cause) when (cause is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    private bool TrySend(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return socket.SendTo(bytes, SocketFlags.None, _destination) == bytes.Length;
        }
        catch (Exception cause) when (cause is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
