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
        var telling = new Dictionary<string, Task>();
        try
        {
            var round = 0;
            while (true)
            {
                var isNew = await Wait(stoppingToken);
                if (isNew) round = 0;
                var listed = keys.Macs().ToHashSet();
                var isTurn = round++ % SeldomRounds == 0;
                var told = keys.Owed.Select(owed => owed.Mac).Distinct().Where(mac => isTurn || listed.Contains(mac));
                foreach (var mac in told)
                {
                    // One that does not answer holds up itself alone; only what is new waits for it there.
                    var before = telling.GetValueOrDefault(mac, Task.CompletedTask);
                    if (isNew || before.IsCompleted) telling[mac] = Tell(mac, before, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next silo of this process goes on.
        }
        finally
        {
            keys.Owing = null;
            await Task.WhenAll(telling.Values);
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

    /// <summary>Tells a Mac what is owed to it, once what it was told before is over.</summary>
    private async Task Tell(string mac, Task before, CancellationToken stoppingToken)
    {
        await before;
        try
        {
            var isExpelled = expelled().Contains(mac);
            foreach (var each in keys.Owed.Where(owed => owed.Mac == mac))
            {
                stoppingToken.ThrowIfCancellationRequested();
                if (!isExpelled) await Confirm(each, stoppingToken);
                keys.Settle(each);
            }
        }
        catch (Exception problem)
        {
            // Away, or whatever it said: what is owed stays owed.
            NotTold(mac, problem);
        }
    }

    private Task Confirm(OwedRevocation owed, CancellationToken stoppingToken)
    {
        var origin = new PairingKey(MacId.Parse(owed.Origin.Mac), DeviceId.Parse(owed.Origin.Device));
        var confirmed = find(MacId.Parse(owed.Mac)).RevokeVouched(origin);

        // Nobody may wait for it any more when it fails.
        confirmed.Ignore();
        return confirmed.WaitAsync(Again, time, stoppingToken);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Mac} does not confirm revocations.")]
    private partial void NotTold(string mac, Exception problem);
}
