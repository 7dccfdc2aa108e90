using Npgsql;
using QuicPair.Client;
using QuicPair.EndToEnd;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.Cluster.Tests.Processes;

/// <summary>
/// Blows at a household, and what its phones see of each: those that are connected, those that come meanwhile, those
/// that pair. After each of them all is well again, by itself.
/// </summary>
internal sealed class Blows : IAsyncDisposable
{
    private const string DoorState =
        "SELECT Status FROM OrleansMembershipTable WHERE SiloName = 'front-door' ORDER BY Generation DESC LIMIT 1";

    // Four probes of Orleans.
    private const int LooksAfterWaking = 100;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly Household _household;
    private readonly PostgresProcess _server;
    private readonly List<Guest> _guests = [];
    private readonly List<Phone> _visitors = [];

    private Blows(Household household, PostgresProcess server) => (_household, _server) = (household, server);

    /// <summary>Phones that paired in the rounds, and with which Mac.</summary>
    public List<(int Mac, string Name)> Newcomers { get; } = [];

    /// <summary>Every pairing.</summary>
    public int Pairings => _guests.Count + _visitors.Count + Newcomers.Count;

    /// <summary>Offers to the other Macs while one was struck; each had its Mac's own word.</summary>
    public int Offers { get; private set; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Pairs two phones with each Mac: one that stays, and one that comes and goes.</summary>
    /// <param name="household">The household.</param>
    /// <param name="server">Its own PostgreSQL.</param>
    public static async Task<Blows> Prepare(Household household, PostgresProcess server)
    {
        var blows = new Blows(household, server);
        for (var mac = 0; mac < household.Macs.Count; mac++)
        {
            blows._guests.Add(await Guest.Pair(household, mac, $"phone-{mac}"));
            blows._visitors.Add(await household.Pair(household.Macs[mac], $"visitor-{mac}"));
        }

        return blows;
    }

    /// <summary>One round; what was seen, for people.</summary>
    /// <param name="blow">What befalls.</param>
    /// <param name="mac">The Mac that it befalls, or whose phones come meanwhile.</param>
    /// <param name="round">Its number.</param>
    public Task<string> Strike(Blow blow, int mac, int round) => blow switch
    {
        Blow.FreezeDoor => FreezeDoor(mac, round),
        Blow.LoseDoor => LoseDoor(mac, round),
        Blow.FreezeDatabase => FreezeDatabase(mac, round),
        _ => StrikeMac(blow, mac, round),
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var guest in _guests) await guest.DisposeAsync();
        foreach (var visitor in _visitors) await visitor.DisposeAsync();
    }

    private async Task<string> StrikeMac(Blow blow, int victim, int round)
    {
        using var end = new CancellationTokenSource();
        var load = _household.Load(_household.Macs.Where((_, at) => at != victim).ToList(), end.Token);
        await Strike(blow, victim, async () =>
        {
            await Welcome((victim + 1) % _household.Macs.Count, $"newcomer-{round}");
            foreach (var guest in _guests.Where(guest => guest.Mac != victim)) await guest.IsAnswered();
        });

        await _household.Until(_household.Macs[victim], 403);
        await _guests[victim].OpenAgain();
        await AllAreAnswered();
        await end.CancelAsync();
        var (knocks, odd) = await load;
        Assert.Empty(odd);
        Offers += knocks;
        return $"{knocks} offers to the others, none lost";
    }

    private async Task Strike(Blow blow, int victim, Func<Task> meanwhile)
    {
        var mac = _household.Macs[victim];
        switch (blow)
        {
            case Blow.Kill:
                await mac.Process.Kill();
                await meanwhile();
                await _household.Restart(victim);
                break;
            case Blow.Freeze:
                Signals.Stop(mac.Process.Id);
                await _household.Until(mac, 503);
                await meanwhile();
                Signals.Continue(mac.Process.Id);
                break;
            default:
                var restarted = _household.RestartInOrder(victim);
                await meanwhile();
                await restarted;
                break;
        }
    }

    private async Task<string> FreezeDoor(int mac, int round)
    {
        Signals.Stop(_household.Door.Process.Id);
        var visit = Visit(_visitors[mac]);
        await DoorFallsSilent(mac);
        await AllAreAnswered();
        var goesOn = await WakeDoor();
        var failure = await visit;
        await ComesBack(_visitors[mac]);
        await AllAreAnswered();
        await Welcome(mac, $"newcomer-{round}");
        return $"a phone that came meanwhile: {failure?.Message ?? "answered"}; the door {HowItIsBack(goesOn)}";
    }

    private async Task<string> LoseDoor(int mac, int round)
    {
        Signals.Stop(_household.Door.Process.Id);
        await DoorFallsSilent(mac);
        var failure = await Visit(_visitors[mac]);
        Assert.Equal(ConnectFailure.FrontDoorUnreachable, failure?.Reason);
        await AllAreAnswered();
        await DoorIsMissed();
        await AllAreAnswered();
        var goesOn = await WakeDoor();
        await ComesBack(_visitors[mac]);
        await AllAreAnswered();
        await Welcome(mac, $"newcomer-{round}");
        return $"a phone that came meanwhile: {failure?.Message}; the door {HowItIsBack(goesOn)}";
    }

    private async Task<string> FreezeDatabase(int mac, int round)
    {
        using var end = new CancellationTokenSource();
        Task<(int Knocks, List<(int Status, TimeSpan After)> Odd)> load;
        var failures = new List<ConnectException>();
        using (await FrozenPostgres.Freeze(_server))
        {
            await NobodyLogsIn();
            load = _household.Load(_household.Macs.ToList(), end.Token);
            await AllAreAnswered();
            foreach (var visitor in _visitors)
            {
                if (await Visit(visitor) is { } failure) failures.Add(failure);
            }

            if (await TryToPair(mac, $"newcomer-{round}") is { } unpaired) failures.Add(unpaired);
            await OwnerIsTold(mac);
            await AllAreAnswered();
        }

        foreach (var each in _household.Macs) await _household.Until(each, 403);
        foreach (var visitor in _visitors) await ComesBack(visitor);
        await AllAreAnswered();
        await Welcome(mac, $"latecomer-{round}");
        await end.CancelAsync();
        var (knocks, odd) = await load;
        Assert.All(odd, said => Assert.Equal(503, said.Status));
        return $"{knocks} offers, {odd.Count} of them told that the Mac is away; of {_visitors.Count + 1} phones that "
            + $"came meanwhile {failures.Count} had to come again";
    }

    private async Task AllAreAnswered()
    {
        foreach (var guest in _guests) await guest.IsAnswered();
    }

    private async Task Welcome(int mac, string name)
    {
        await using var phone = await _household.Pair(_household.Macs[mac], name);
        Newcomers.Add((mac, name));
    }

    /// <summary>A pairing that is told to be made is one for good, whatever is frozen.</summary>
    private async Task<ConnectException?> TryToPair(int mac, string name)
    {
        try
        {
            await Welcome(mac, name);
            return null;
        }
        catch (ConnectException failure) when (failure.IsPassing || failure.Reason == ConnectFailure.Pairing)
        {
            return failure;
        }
    }

    /// <summary>A phone comes, asks and goes; why it could not, which is nothing that lasts.</summary>
    private static async Task<ConnectException?> Visit(Phone visitor)
    {
        try
        {
            await using var open = await visitor.Open(visitor.Pairings.Load().Single(), Cancellation);
            Assert.IsType<DoneMessage>(await Answers.Last(open));
            return null;
        }
        catch (ConnectException failure) when (failure.IsPassing)
        {
            return failure;
        }
    }

    /// <summary>Comes again until it is answered, as a phone does.</summary>
    private static async Task ComesBack(Phone visitor)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        for (var visit = 0; await Visit(visitor) is { } failure; visit++)
        {
            Assert.True(visit < 100, failure.Message);
            await timer.WaitForNextTickAsync(Cancellation);
        }
    }

    /// <summary>A signal takes a moment to stop every thread.</summary>
    private async Task DoorFallsSilent(int mac)
    {
        var isSilent = false;
        while (!isSilent)
        {
            Cancellation.ThrowIfCancellationRequested();
            try
            {
                await _household.Knock(_household.Macs[mac]);
            }
            catch (OperationCanceledException)
            {
                isSilent = true;
            }
        }
    }

    /// <summary>Until the others have given the door up, or for longer than that takes them.</summary>
    private async Task DoorIsMissed()
    {
        if (_household.IsThroughDoor)
        {
            await using var longer = ChildProcess.Start("sleep", ["45"]);
            await longer.Exit();
            return;
        }

        using var timer = new PeriodicTimer(Look);
        for (var tick = 0; !await IsDoorGivenUp(); tick++)
        {
            Assert.True(tick < 900, "Nobody gives the front door up.");
            await timer.WaitForNextTickAsync(Cancellation);
        }
    }

    private async Task<bool> IsDoorGivenUp() => await _server.Ask<int>(DoorState) == (int)SiloStatus.Dead;

    /// <summary>
    /// Whether it goes on. One that was given up meanwhile ends in order, and whoever keeps it running starts it anew.
    /// </summary>
    private async Task<bool> WakeDoor()
    {
        var isGivenUp = await IsDoorGivenUp();
        Signals.Continue(_household.Door.Process.Id);

        // Whom they missed, Macs write only now where the door is their way to the list of members.
        using var timer = new PeriodicTimer(Look);
        for (var tick = 0; _household.IsThroughDoor && !isGivenUp && tick < LooksAfterWaking; tick++)
        {
            await timer.WaitForNextTickAsync(Cancellation);
            isGivenUp = await IsDoorGivenUp();
        }

        if (isGivenUp)
        {
            Assert.NotEqual(0, await _household.Door.Process.Exit());
            await _household.RestartDoor();
        }

        foreach (var mac in _household.Macs) await _household.Until(mac, 403);
        return !isGivenUp;
    }

    private static string HowItIsBack(bool goesOn) => goesOn ? "went on" : "ended, and was started anew";

    private async Task NobodyLogsIn()
    {
        await using var connection = new NpgsqlConnection($"{_server.ConnectionString};Pooling=false;Timeout=2");
        await Assert.ThrowsAnyAsync<Exception>(() => connection.OpenAsync(Cancellation));
    }

    private async Task OwnerIsTold(int mac)
    {
        var (_, output, errors) = await _household.Command(_household.Macs[mac], "doctor");
        Assert.True(
            output.Contains("FAIL  database   It does not answer.", StringComparison.Ordinal), $"{output}\n{errors}");
    }
}
