using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Cluster;
using QuicPair.Cluster.Supervision;
using QuicPair.Interop.Peers;
using QuicPair.Silo.Hosting;

namespace QuicPair.Silo.Tests.Hosting;

public sealed class AddressWatchTests : IDisposable
{
    private const string Former = "192.168.1.5";
    private const string Moved = "192.168.7.9";
    private const string Nowhere = "127.0.0.1";

    private readonly FakeTimeProvider _time = new();
    private readonly Channel<bool> _looks = Channel.CreateUnbounded<bool>();
    private readonly Channel<bool> _questions = Channel.CreateUnbounded<bool>();
    private readonly SiloFailure _silo = new(
        new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), NullLogger<SiloFailure>.Instance);

    private AddressWatch? _watch;
    private IPAddress _at = IPAddress.Loopback;
    private volatile bool _answers = true;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _watch?.Dispose();

    [Fact]
    public async Task A_Mac_that_moved_has_its_silo_replaced_once()
    {
        await Looks(Former, Former, Moved, Moved);
        Assert.False(_silo.HasFailed);
        await Look(Moved, Former);
        Assert.True(await IsReplaced());

        _time.Advance(10 * AddressWatch.LookEvery);
        Assert.False(_looks.Reader.TryRead(out _));
        Assert.Single(Questions());
    }

    [Fact]
    public async Task A_Mac_that_started_without_a_network_has_its_silo_replaced_once_it_has_one()
    {
        await Looks(Nowhere, Nowhere, Nowhere, Nowhere, Nowhere, Moved, Moved, Moved);
        Assert.True(await IsReplaced());
    }

    [Theory]
    [InlineData(Nowhere)]
    [InlineData("169.254.3.4")]
    [InlineData("fe80::7")]
    public async Task What_no_other_Mac_reaches_takes_no_silos_place(string unusable)
    {
        await Looks(Former, Former, unusable, unusable, unusable, unusable, unusable);
        Assert.False(await IsReplaced());
        Assert.Empty(Questions());
    }

    [Theory]
    [InlineData(Moved, Moved, Former, Moved, Moved)]
    [InlineData(Moved, Moved, Nowhere, Moved, Moved)]
    [InlineData(Moved, Moved, "192.168.7.10", Moved, Moved)]
    public async Task A_network_that_comes_and_goes_changes_nothing(params string[] places)
    {
        await Looks(Former, places);
        Assert.False(await IsReplaced());
        Assert.Empty(Questions());
    }

    [Fact]
    public async Task A_Mac_away_from_its_database_keeps_its_silo_until_that_answers()
    {
        _answers = false;
        await Looks(Former, Moved, Moved);
        for (var look = 0; look < 3; look++)
        {
            await Look(Moved, Former);
            Assert.True(await _questions.Reader.ReadAsync(Cancellation));
            Assert.False(_silo.HasFailed);
        }

        _answers = true;
        await Look(Moved, Former);
        Assert.True(await IsReplaced());
    }

    [Fact]
    public async Task An_address_that_a_person_chose_is_not_watched()
    {
        _watch = Watch(Former, Former);
        await _watch.StartAsync(Cancellation);
        await _watch.ExecuteTask!;
        Assert.False(_silo.HasFailed);
        Assert.False(_looks.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_database_that_takes_no_connection_does_not_answer() => Assert.False(
        await AddressWatch.Answers($"Host=127.0.0.1;Port={FreePort.Next()};Username=nobody", Cancellation));

    private async Task Looks(string advertised, params string[] places)
    {
        foreach (var place in places) await Look(place, advertised);
    }

    /// <summary>Has it look once, at a machine that has this address; the first look is at the start.</summary>
    private async Task Look(string place, string advertised)
    {
        _at = IPAddress.Parse(place);
        if (_watch is null)
        {
            _watch = Watch(OwnAddress.Automatic, advertised);
            await _watch.StartAsync(Cancellation);
        }
        else
        {
            _time.Advance(AddressWatch.LookEvery);
        }

        await Task.WhenAny(_looks.Reader.WaitToReadAsync(Cancellation).AsTask(), _watch.ExecuteTask!);
        Assert.True(_looks.Reader.TryRead(out _), "It looks no more.");
    }

    /// <summary>Whether it replaced the silo, once it has ended its last look.</summary>
    private async Task<bool> IsReplaced()
    {
        await _watch!.StopAsync(Cancellation);
        Assert.True(_watch.ExecuteTask!.IsCompletedSuccessfully);
        return _silo.HasFailed;
    }

    private List<bool> Questions()
    {
        var asked = new List<bool>();
        while (_questions.Reader.TryRead(out var question)) asked.Add(question);
        return asked;
    }

    private AddressWatch Watch(string setting, string advertised) => new(
        new HouseholdOptions { Address = setting },
        IPAddress.Parse(advertised),
        _silo,
        _time,
        IsHere,
        Find,
        _ =>
        {
            var answers = _answers;
            _questions.Writer.TryWrite(true);
            return Task.FromResult(answers);
        });

    // Of each look either this says yes or the other one is asked: one word for one look.
    private bool IsHere(IPAddress address)
    {
        var isHere = address.Equals(_at);
        if (isHere) _looks.Writer.TryWrite(true);
        return isHere;
    }

    private IPAddress Find()
    {
        var found = _at;
        _looks.Writer.TryWrite(true);
        return found;
    }
}
