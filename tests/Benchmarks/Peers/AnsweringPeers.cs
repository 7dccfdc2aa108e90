using System.Net;
using System.Threading.Channels;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Benchmarks.Peers;

/// <summary>
/// Peers of one host: one UDP socket, one thread that receives and one timer for all, as a Mac has them for its phones.
/// Above WebRTC there is nothing: no Noise, no session, no grain.
/// </summary>
internal sealed class AnsweringPeers : IAsyncDisposable
{
    private readonly RtcHost _host = RtcHost.Start(new RtcHostOptions { Address = IPAddress.Loopback });
    private readonly Lock _gate = new();
    private readonly List<PeerConnection> _connections = [];
    private readonly Dictionary<int, DataChannel> _channels = [];
    private RisingCount _open = new();
    private volatile Delays? _delays;

    public IPEndPoint EndPoint => _host.LocalEndPoint;

    /// <summary>Makes a peer of that number of an offer; its answer.</summary>
    /// <exception cref="SdpException">The offer cannot be used.</exception>
    public string Answer(int number, string offer)
    {
        var connection = _host.CreateAnswer(offer, new PeerOptions());
        lock (_gate) _connections.Add(connection);
        _ = Accept(number, connection);
        return connection.LocalDescription;
    }

    /// <summary>Ends when so many channels are open.</summary>
    public Task Reaches(int channels) => _open.Reaches(channels);

    /// <summary>Ends when the other side has closed all connections; then there are none.</summary>
    public async Task AllClosed()
    {
        Task<PeerFailure?>[] endings;
        lock (_gate) endings = [.. _connections.Select(connection => connection.Completion)];
        await Task.WhenAll(endings);
        lock (_gate)
        {
            _connections.Clear();
            _channels.Clear();
            _open = new RisingCount();
        }
    }

    /// <summary>Connections that have not ended.</summary>
    public int Connected()
    {
        lock (_gate) return _connections.Count(connection => !connection.Completion.IsCompleted);
    }

    /// <summary>Connections that have ended.</summary>
    public int Lost()
    {
        lock (_gate) return _connections.Count(connection => connection.Completion.IsCompleted);
    }

    /// <summary>From now on the delays of messages are counted there.</summary>
    public void Count(Delays delays) => _delays = delays;

    /// <summary>What sends a message on each of the first channels.</summary>
    public IReadOnlyList<Func<byte[], bool>> Senders(int channels)
    {
        lock (_gate)
        {
            return
            [
                .. Enumerable.Range(0, channels).Select(number => _channels[number])
                    .Select(channel => (Func<byte[], bool>)(message => channel.TrySend(message))),
            ];
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task Accept(int number, PeerConnection connection)
    {
        try
        {
            var channel = await connection.AcceptChannel(CancellationToken.None);
            channel.OnMessage = (message, _) => _delays?.Add(message.Span);
            lock (_gate)
            {
                _channels[number] = channel;
                _open.Rise();
            }
        }
        catch (ChannelClosedException)
        {
            // It ended before it had one: the offering process tells.
        }
    }
}
