using Xunit;

namespace QuicPair.EndToEnd.BadInput;

/// <summary>One Mac for all tests of a class, which goes on whatever they do to it.</summary>
public sealed class OneMac : IAsyncLifetime
{
    private MacProcess? _mac;

    internal MacProcess Mac => _mac!;

    public async ValueTask InitializeAsync() => _mac = await MacProcess.Start();

    public ValueTask DisposeAsync() => _mac?.DisposeAsync() ?? ValueTask.CompletedTask;
}
