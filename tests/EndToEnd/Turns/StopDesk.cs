using Xunit;

namespace QuicPair.EndToEnd.Turns;

/// <summary>A Mac that answers one chat at a time, its phone, and a runner whose chats are the test's.</summary>
public sealed class StopDesk : IAsyncLifetime
{
    private readonly Crowd _phones = new();
    private HeldRunner? _runner;
    private MacProcess? _mac;

    internal HeldRunner Runner => _runner!;

    public async ValueTask InitializeAsync()
    {
        _runner = await HeldRunner.Start();
        _mac = await MacProcess.Start(settings: _runner.Settings);
        await _phones.Pair(_mac, 1);
    }

    public async ValueTask DisposeAsync()
    {
        await _phones.DisposeAsync();
        if (_mac is not null) await _mac.DisposeAsync();
        if (_runner is not null) await _runner.DisposeAsync();
    }

    internal Question Ask(string prompt) => _phones.Ask(0, prompt);
}
