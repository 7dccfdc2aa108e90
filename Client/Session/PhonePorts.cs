using QuicPair.Client.Signaling;
using QuicPair.Client.Store;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Client.Session;

/// <summary>
/// The UDP ports of a phone: the usual one and, from the first time that it is needed, one in local mode for the
/// pairings that are for the local network only.
/// </summary>
internal sealed class PhonePorts : IAsyncDisposable
{
    private readonly PhoneOptions _options;
    private readonly SignalingClient _signaling;
    private readonly Lock _gate = new();
    private readonly (RtcHost Rtc, IceExchange Ice) _usual;
    private (RtcHost Rtc, IceExchange Ice)? _local;
    private bool _isDisposed;

    public PhonePorts(PhoneOptions options, SignalingClient signaling)
    {
        (_options, _signaling) = (options, signaling);
        _usual = Open(options.Rtc);
    }

    /// <summary>The port for these pairings, and what learns the servers for it.</summary>
    public (RtcHost Rtc, IceExchange Ice) For(IReadOnlyList<PairingRecord> records)
    {
        var options = OptionsFor(_options.Rtc, records);
        if (options == _options.Rtc) return _usual;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _local ??= Open(options);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate) _isDisposed = true;
        await _usual.Rtc.DisposeAsync();
        if (_local is { } local) await local.Rtc.DisposeAsync();
    }

    /// <summary>How the port for these pairings listens; a fixed one is taken by the usual port.</summary>
    internal static RtcHostOptions OptionsFor(RtcHostOptions usual, IReadOnlyList<PairingRecord> records) =>
        usual.LocalOnly || !records.Any(record => record.IsLocalOnly)
            ? usual
            : usual with { LocalOnly = true, Port = 0 };

    private (RtcHost Rtc, IceExchange Ice) Open(RtcHostOptions options)
    {
        var rtc = RtcHost.Start(options);
        rtc.NetworkChanged += (_, _) => _signaling.NetworkChanged();
        return (rtc, new IceExchange(_signaling, rtc, _options.TimeProvider));
    }
}
