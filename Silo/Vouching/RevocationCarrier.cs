using QuicPair.Grains.Interfaces;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Vouching;

/// <summary>
/// Tells other Macs which pairings are over, at once and again until each has confirmed: those in the list of members
/// often, others seldom. What is owed is in the key file.
/// </summary>
/// <param name="keys">This Mac's keys.</param>
/// <param name="find">Reaches a Mac.</param>
/// <param name="expelled">The members that were expelled: they need not hear anything.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
internal sealed partial class RevocationCarrier(
    KeyStore keys,
    Func<MacId, IMacGrain> find,
    Func<IReadOnlySet<string>> expelled,
    TimeProvider time,
    ILogger<RevocationCarrier> log) : BackgroundService
{
    // Ours: a Mac that was away hears of it within this time.
    internal static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    // Ours, about a minute: a Mac that is in no list may be gone for good.
    internal const int SeldomRounds = 12;

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
            var round = 0;
            while (true)
            {
                if (await Wait(stoppingToken)) round = 0;
                var listed = keys.Macs().ToHashSet();
                var isTurn = round++ % SeldomRounds == 0;
                var told = keys.Owed.GroupBy(owed => owed.Mac).Where(mac => isTurn || listed.Contains(mac.Key));
                await Task.WhenAll(told.Select(Tell)).WaitAsync(stoppingToken);
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

    /// <summary>Waits for a revocation, which is true, or until it is time to tell the older ones again.</summary>
    private async Task<bool> Wait(CancellationToken stoppingToken)
    {
        using var again = new CancellationTokenSource(keys.Owed.Count > 0 ? Again : Timeout.InfiniteTimeSpan, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(again.Token, stoppingToken);
        try
        {
            await _owing.WaitAsync(end.Token);
            return true;
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            // It is time.
            return false;
        }
    }

    private async Task Tell(IGrouping<string, OwedRevocation> owed)
    {
        try
        {
            var isExpelled = expelled().Contains(owed.Key);
            foreach (var each in owed)
            {
                var origin = new PairingKey(MacId.Parse(each.Origin.Mac), DeviceId.Parse(each.Origin.Device));
                if (!isExpelled) await find(MacId.Parse(each.Mac)).RevokeVouched(origin).WaitAsync(Again, time);
                keys.Settle(each);
            }
        }
        catch (Exception problem)
        {
            // Away, or whatever it said: what is owed stays owed.
            NotTold(owed.Key, problem);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Mac} does not confirm revocations.")]
    private partial void NotTold(string mac, Exception problem);
}
