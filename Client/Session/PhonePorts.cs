using QuicPair.Client.Signaling;
using QuicPair.Client.Store;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Client.Session;

/// <summary>
/// The UDP ports of a phone, each with its way to front doors: the usual one and, from the first time that it is
/// needed, one in local mode for the pairings that are for the local network only.
/// </summary>
internal sealed class PhonePorts : IAsyncDisposable
{
    private readonly PhoneOptions _options;
    private readonly Lock _gate = new();
    private readonly (RtcHost Rtc, SignalingClient Signaling, IceExchange Ice) _usual;
    private (RtcHost Rtc, SignalingClient Signaling, IceExchange Ice)? _local;
    private bool _isDisposed;

    public PhonePorts(PhoneOptions options)
    {
        _options = options;
        _usual = Open(options.Rtc);
    }

    /// <summary>The port for these pairings, what asks their front door, and what learns the servers.</summary>
    public (RtcHost Rtc, SignalingClient Signaling, IceExchange Ice) For(IReadOnlyList<PairingRecord> records)
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
        _usual.Signaling.Dispose();
        _local?.Signaling.Dispose();
        await _usual.Rtc.DisposeAsync();
        if (_local is { } local) await local.Rtc.DisposeAsync();
    }

    /// <summary>How the port for these pairings listens; a fixed one is taken by the usual port.</summary>
    internal static RtcHostOptions OptionsFor(RtcHostOptions usual, IReadOnlyList<PairingRecord> records) =>
        usual.LocalOnly || !records.Any(record => record.IsLocalOnly)
            ? usual
            : usual with { LocalOnly = true, Port = 0 };

    private (RtcHost Rtc, SignalingClient Signaling, IceExchange Ice) Open(RtcHostOptions options)
    {
        var rtc = RtcHost.Start(options);
        var signaling = new SignalingClient(_options.HttpHandler, _options.TimeProvider, options.LocalOnly);
        rtc.NetworkChanged += (_, _) => signaling.NetworkChanged();
        return (rtc, signaling, new IceExchange(signaling, rtc, _options.TimeProvider));
    }
}
