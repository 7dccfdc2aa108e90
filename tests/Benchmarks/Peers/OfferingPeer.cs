using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Dtls.Handshake;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Session;
using QuicPair.Rtc.Sockets.Dtls;
using QuicPair.Rtc.Sockets.Loop;
using QuicPair.Rtc.Wire;

namespace QuicPair.Benchmarks.Peers;

/// <summary>
/// One phone's WebRTC side with a port and a certificate of its own, and no thread: a host of <c>Rtc.Sockets</c> each
/// would be ten thousand threads that take turns with what is measured. A host tells its peers apart by their
/// addresses, so that they cannot share a port.
/// </summary>
internal sealed class OfferingPeer : IDisposable
{
    private const int DatagramLength = 2_048;
    private const string Label = "llm";

    private const long Never = long.MaxValue;
    private static readonly SystemEntropy Entropy = new();

    private readonly Lock _gate = new();
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _outgoing = new byte[DatagramLength];
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HostClock _clock;
    private readonly Action<ReadOnlyMemory<byte>> _heard;
    private readonly RtcSession _session;
    private readonly NetworkPath _path;
    private long _dueTicks = Never;
    private StreamId _channel;
    private bool _isDisposed;

    /// <param name="mac">Where the answering side listens.</param>
    /// <param name="clock">The process's clock.</param>
    /// <param name="heard">Takes messages; they are valid during the call only.</param>
    public OfferingPeer(IPEndPoint mac, HostClock clock, Action<ReadOnlyMemory<byte>> heard)
    {
        (_clock, _heard) = (clock, heard);
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket.Connect(mac);
        var local = TransportAddress.From(IPAddress.Loopback, ((IPEndPoint)_socket.LocalEndPoint!).Port);
        _path = new NetworkPath(local, TransportAddress.From(mac.Address, mac.Port));
        var certificate = Certify();
        var options = new SessionOptions
        {
            Fingerprint = CertificateFingerprint.Of(certificate),
            Candidates = [IceCandidate.Host(local)],
            Channels = [new ChannelParameters { Label = Label }],
        };
        var dtls = new DtlsHandshake(new DtlsIdentity(certificate, _key, SodiumX25519.Shared), Entropy);
        _session = RtcSession.CreateOffer(clock.Now, options, dtls, Entropy);
        Offer = _session.LocalDescription;
        _ = Receive();
    }

    /// <summary>The description for the other side.</summary>
    public string Offer { get; }

    /// <summary>Ends when the channel is open; fails when the connection has ended before.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Ends with the connection.</summary>
    public Task Ended => _ended.Task;

    /// <exception cref="FormatException">The answer cannot be used.</exception>
    public void Take(string answer)
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            var now = _clock.Now;
            if (!_session.TrySetAnswer(now, answer, out var problem)) throw new FormatException($"{problem}");
            Drain(now);
        }
    }

    /// <summary>Sends a message on the open channel; false when it is not taken.</summary>
    public bool TrySend(ReadOnlySpan<byte> message)
    {
        lock (_gate)
        {
            if (_isDisposed) return false;
            var now = _clock.Now;
            if (_session.Send(now, _channel, message) != SendOutcome.Accepted) return false;
            Drain(now);
            return true;
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            var now = _clock.Now;
            _session.Close(now);
            Drain(now);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            _socket.Dispose();
            _session.Dispose();
            _key.Dispose();
        }
    }

    private byte[] Certify()
    {
        var now = DateTimeOffset.UtcNow;
        var request = new CertificateRequest("CN=WebRTC", _key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(now - TimeSpan.FromDays(1), now + TimeSpan.FromDays(1));
        return certificate.RawData;
    }

    private async Task Receive()
    {
        var buffer = new byte[DatagramLength];
        while (true)
        {
            try
            {
                var length = await _socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None);
                Handle(buffer.AsSpan(0, length));
            }
            catch (SocketException fault) when (fault.SocketErrorCode == SocketError.ConnectionRefused)
            {
                // The other side's port is closed, which ends the session in its time.
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Handle(ReadOnlySpan<byte> datagram)
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            var now = _clock.Now;
            _session.HandleDatagram(now, _path, datagram);
            Drain(now);
        }
    }

    /// <summary>Does what is due. One loop asks all peers: the runtime would search through a timer for each.</summary>
    public void Look(Instant now)
    {
        if (Volatile.Read(ref _dueTicks) > now.SinceStart.Ticks) return;
        lock (_gate)
        {
            if (_isDisposed) return;
            _session.HandleTimeout(now);
            Drain(now);
        }
    }

    /// <summary>Takes and sends what there is until there is nothing; notes what is due. Needs the gate.</summary>
    private void Drain(Instant now)
    {
        bool hasTaken;
        do
        {
            hasTaken = false;
            while (_session.TryTake(out var taken))
            {
                hasTaken = true;
                Take(taken);
            }

            while (_session.TryTransmit(now, _outgoing, out var length, out _)) Send(_outgoing.AsSpan(0, length));
        }
        while (hasTaken);

        Volatile.Write(ref _dueTicks, _session.NextTimeout?.SinceStart.Ticks ?? Never);
    }

    private void Take(in SessionEvent taken)
    {
        switch (taken.Kind)
        {
            case SessionEventKind.ChannelOpened:
                _channel = taken.Channel;
                _opened.TrySetResult();
                break;
            case SessionEventKind.Message:
                _heard(taken.Payload);
                break;
            case SessionEventKind.Ended:
                _opened.TrySetException(new InvalidOperationException($"A peer has ended: {taken.End}."));
                _ended.TrySetResult();
                break;
        }
    }

    private void Send(ReadOnlySpan<byte> datagram)
    {
        try
        {
            _socket.Send(datagram);
        }
        catch (SocketException)
        {
            // A datagram may get lost.
        }
    }
}
