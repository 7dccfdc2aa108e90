using Microsoft.Extensions.Logging.Abstractions;
using QuicPair.Grains.Interfaces;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Vouching;

namespace QuicPair.Silo.Tests.Vouching;

/// <summary>A device that was scanned at the first Mac, known to all three, and revoked at the second.</summary>
public sealed class RevocationCarrierTests : IDisposable
{
    // Ends a hang.
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(1);

    private readonly VouchHousehold _house = new();
    private readonly DeviceRecord _device;
    private readonly DeviceRecord _second;
    private readonly DeviceRecord _third;

    public RevocationCarrierTests()
    {
        _device = _house.First.Pair();
        (_second, _third) = (_house.Vouch(_device, _house.Second), _house.Vouch(_device, _house.Third));
        foreach (var mac in Macs) mac.Keys.Macs = () => Macs.Select(other => other.Keys.MacId);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private VouchMac[] Macs => [_house.First, _house.Second, _house.Third];

    public void Dispose() => _house.Dispose();

    [Fact]
    public async Task A_Mac_that_is_away_hears_of_it_when_it_is_back_and_the_others_do_not_wait_for_it()
    {
        var (first, second, third) = (_house.First, _house.Second, _house.Third);
        var isAway = true;
        using var carrier = Carrier(
            second, mac => isAway && mac == first ? throw new MacUnavailableException(mac.Keys.MacId) : mac);
        await carrier.StartAsync(Cancellation);
        Assert.True(second.Keys.Delete(DeviceId.Parse(_second.Id), here: false));

        await Until(() => third.Keys.Find(_third.Id).Record is null);
        await Until(() => second.Keys.Owed is [var only] && only.Mac == first.Keys.MacId);
        Assert.NotNull(first.Keys.Find(_device.Id).Record);

        isAway = false;
        await Until(() => second.Keys.Owed.Count == 0);
        Assert.Null(first.Keys.Find(_device.Id).Record);
        await carrier.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Whatever_a_Mac_says_the_others_hear_of_it_and_it_is_asked_again()
    {
        var (first, second, third) = (_house.First, _house.Second, _house.Third);
        var isBroken = true;
        using var carrier = Carrier(
            second, mac => isBroken && mac == first ? throw new InvalidOperationException() : mac);
        await carrier.StartAsync(Cancellation);
        second.Keys.Delete(DeviceId.Parse(_second.Id), here: false);
        await Until(() => third.Keys.Find(_third.Id).Record is null);
        Assert.False(carrier.ExecuteTask!.IsCompleted);

        isBroken = false;
        await Until(() => first.Keys.Find(_device.Id).Record is null);
        await carrier.StopAsync(Cancellation);
    }

    [Fact]
    public async Task An_expelled_Mac_is_told_nothing_and_nothing_is_owed_to_it()
    {
        var (first, second) = (_house.First, _house.Second);
        var asked = new List<VouchMac>();
        using var carrier = Carrier(
            second,
            mac =>
            {
                asked.Add(mac);
                return mac;
            },
            first.Keys.MacId);
        await carrier.StartAsync(Cancellation);
        second.Keys.Delete(DeviceId.Parse(_second.Id), here: false);
        await Until(() => second.Keys.Owed.Count == 0);
        Assert.Equal([_house.Third], asked);
        Assert.NotNull(first.Keys.Find(_device.Id).Record);
        await carrier.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_Mac_that_is_in_no_list_is_asked_seldom_until_it_is_in_it()
    {
        var (first, second) = (_house.First, _house.Second);
        var (rounds, asked, isGone) = (0, 0, true);
        second.Keys.Macs = () =>
        {
            Interlocked.Increment(ref rounds);
            return Macs.Where(mac => !Volatile.Read(ref isGone) || mac != first).Select(mac => mac.Keys.MacId);
        };
        using var carrier = Carrier(
            second,
            mac =>
            {
                if (mac != first || !Volatile.Read(ref isGone)) return mac;
                Interlocked.Increment(ref asked);
                throw new MacUnavailableException(mac.Keys.MacId);
            });
        await carrier.StartAsync(Cancellation);
        second.Keys.Delete(DeviceId.Parse(_second.Id), here: false);
        await Until(() => second.Keys.Owed is [var only] && only.Mac == first.Keys.MacId);
        var (begun, before) = (Volatile.Read(ref rounds), Volatile.Read(ref asked));

        await Until(() => Volatile.Read(ref rounds) >= begun + (3 * RevocationCarrier.SeldomRounds));
        Assert.InRange(Volatile.Read(ref asked) - before, 2, 4);

        Volatile.Write(ref isGone, false);
        begun = Volatile.Read(ref rounds);
        await Until(() => second.Keys.Owed.Count == 0);
        Assert.InRange(Volatile.Read(ref rounds) - begun, 0, RevocationCarrier.SeldomRounds - 2);
        await carrier.StopAsync(Cancellation);
    }

    /// <summary>The clock stands still: nothing is given up meanwhile.</summary>
    [Fact]
    public async Task A_Mac_that_never_answers_keeps_the_others_from_no_later_revocation_and_no_silo_from_its_end()
    {
        var (first, second, third) = (_house.First, _house.Second, _house.Third);
        var later = first.Pair();
        var (laterSecond, laterThird) = (_house.Vouch(later, second), _house.Vouch(later, third));
        var gone = new[] { _third.Id, laterThird.Id }.ToDictionary(
            id => id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        third.Door.Changed = device => gone[device].TrySetResult();
        first.IsFrozen = true;
        var asked = 0;
        using var carrier = Carrier(
            second,
            mac =>
            {
                if (mac == first) Interlocked.Increment(ref asked);
                return mac;
            });
        await carrier.StartAsync(Cancellation);

        second.Keys.Delete(DeviceId.Parse(_second.Id), here: false);
        await gone[_third.Id].Task.WaitAsync(Hang, Cancellation);
        second.Keys.Delete(DeviceId.Parse(laterSecond.Id), here: false);
        await gone[laterThird.Id].Task.WaitAsync(Hang, Cancellation);

        await carrier.StopAsync(Cancellation);
        Assert.True(carrier.ExecuteTask!.IsCompletedSuccessfully);
        Assert.Equal(1, asked);
        Assert.Equal(2, second.Keys.Owed.Count(owed => owed.Mac == first.Keys.MacId));
    }

    private RevocationCarrier Carrier(VouchMac of, Func<VouchMac, IMacGrain> find, params string[] expelled) => new(
        of.Keys,
        id => find(Macs.Single(mac => mac.Id == id)),
        () => expelled.ToHashSet(),
        _house.Time,
        NullLogger<RevocationCarrier>.Instance);

    /// <summary>Lets time pass until something is so.</summary>
    private async Task Until(Func<bool> isSo)
    {
        while (!isSo())
        {
            Cancellation.ThrowIfCancellationRequested();
            _house.Time.Advance(RevocationCarrier.Again);
            await Task.Yield();
        }
    }
}
