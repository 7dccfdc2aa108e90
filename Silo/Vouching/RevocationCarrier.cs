using QuicPair.Grains.Interfaces;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Vouching;

/// <summary>
/// Tells other Macs which pairings are over, at once and again until each has confirmed; what is owed is in the key
/// file.
/// </summary>
internal sealed class RevocationCarrier(KeyStore keys, IGrainFactory grains, TimeProvider time) : BackgroundService
{
    // Ours: a Mac that was away hears of it within this time.
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _owing = new(1, int.MaxValue);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _owing.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        keys.Owing = () => _owing.Release();
        try
        {
            while (true)
            {
                await _owing.WaitAsync(keys.Owed.Count > 0 ? Again : Timeout.InfiniteTimeSpan, stoppingToken);
                await Task.WhenAll(keys.Owed.GroupBy(owed => owed.Mac).Select(Tell)).WaitAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next silo of this process goes on.
        }
        finally
        {
            keys.Owing = null;
        }
    }

    private async Task Tell(IGrouping<string, OwedRevocation> owed)
    {
        foreach (var each in owed)
        {
            var origin = new PairingKey(MacId.Parse(each.Origin.Mac), DeviceId.Parse(each.Origin.Device));
            try
            {
                await grains.Mac(MacId.Parse(each.Mac)).RevokeVouched(origin).WaitAsync(Again, time);
                keys.Settle(each);
            }
            catch (Exception problem) when (problem is MacUnavailableException or OrleansException or TimeoutException
                or KeysNotWrittenException)
            {
                return;
            }
        }
    }
}
