using System.Diagnostics.Metrics;
using QuicPair.SignalingApi.Telemetry;

namespace QuicPair.Silo.Hosting;

/// <summary>What the Mac does at this moment, as gauges that are read when somebody scrapes.</summary>
internal sealed class MacMeter : IHostedService
{
    private static volatile MacMeter? _current;

    private readonly MacParts _mac;

    static MacMeter()
    {
        Gauge("quicpair.phones.connected", "{phone}", "Phones with a live session.", mac => mac.Live.Count);
        Gauge(
            "quicpair.phones.connections", "{connection}", "Connections of phones, live or not yet.",
            mac => mac.Phones.Connections);
        Gauge("quicpair.chats.running", "{chat}", "Chats that the runner works on.", mac => mac.Answers.Running);
        Gauge("quicpair.chats.waiting", "{chat}", "Chats that wait for the runner.", mac => mac.Answers.Waiting);
        Gauge("quicpair.models.loaded", "{model}", "Models in memory.", mac => mac.Status.Loaded.Count);
    }

    public MacMeter(MacParts mac) => _mac = mac;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _current = this;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _current = null;
        return Task.CompletedTask;
    }

    // An instrument lives as long as the process, whichever silo is in it.
    private static void Gauge(string name, string unit, string description, Func<MacParts, int> read) =>
        Meters.QuicPair.CreateObservableGauge<int>(
            name, () => _current is { } now ? [new Measurement<int>(read(now._mac))] : [], unit, description);
}
