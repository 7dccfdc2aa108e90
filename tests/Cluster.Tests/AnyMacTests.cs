using System.Diagnostics;
using System.Threading.Channels;
using QuicPair.Client;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.EndToEnd;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.Cluster.Tests;

/// <summary>A phone that is paired with every Mac of a household and asks for a model, not for a Mac.</summary>
public sealed class AnyMacTests(Database database)
{
    private const int Deaths = 3;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_phone_of_a_Mac_that_freezes_or_dies_is_served_by_another()
    {
        await using var household = await Household.Start(database.Server, macs: 3);
        await using var phone = await PairWithAll(household);
        var connect = phone.AnyMac(model: null);
        var frozen = await Serving(household, connect, except: null);
        Signals.Stop(frozen.Process.Id);
        var dead = await Serving(household, connect, frozen);
        Signals.Continue(frozen.Process.Id);
        await household.Until(frozen, 403);
        await dead.Process.Kill();
        await Serving(household, connect, dead);
    }

    [Fact]
    public async Task A_phone_that_rests_is_told_within_five_seconds_that_its_Mac_is_dead_and_another_one_answers()
    {
        await using var household = await Household.Start(database.Server, macs: 3);
        await using var phone = await PairWithAll(household);
        var news = Channel.CreateUnbounded<PathNews>();
        await using var connection = new MacConnection(
            phone.AnyMac(model: null), new MacConnectionOptions { OnPath = (_, each) => news.Writer.TryWrite(each) });
        var told = new List<TimeSpan>();
        for (var death = 0; death < Deaths; death++)
        {
            var dead = ServerOf(household, await connection.Open(Cancellation));
            while (news.Reader.TryRead(out _))
            {
                // Of the death before.
            }

            await dead.Process.Kill();
            var diedAt = Stopwatch.GetTimestamp();
            while (await news.Reader.ReadAsync(Cancellation) != PathNews.Away)
            {
                // Silent before, or a moment of a busy machine.
            }

            told.Add(Stopwatch.GetElapsedTime(diedAt));
            var question = new ChatMessage { Prompt = "Hello" };
            Assert.IsType<DoneMessage>(await connection.Ask(question, Cancellation).LastAsync(Cancellation));
            Assert.NotEqual(dead, ServerOf(household, connection.Current!));
            var at = household.Macs.IndexOf(dead);
            await household.Restart(at);
            await household.Until(household.Macs[at], 403);
        }

        told.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine($"Told after {string.Join(", ", told)}.");
        Assert.InRange(told[Deaths / 2], TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    private static async Task<Phone> PairWithAll(Household household)
    {
        var phone = await household.Pair(household.Macs[0], "phone");
        foreach (var mac in household.Macs.Skip(1))
        {
            Assert.True(PairingLink.TryParse(await mac.InviteFromAway(), out var link, out string _));
            await (await phone.Pair(link, Cancellation)).DisposeAsync();
        }

        return phone;
    }

    private static MacProcess ServerOf(Household household, PairedMac live) =>
        household.Macs.Single(mac => household.Ids[mac.Home] == live.Pairing.MacId);

    /// <summary>Asks for an answer; the Mac that gave it.</summary>
    private static async Task<MacProcess> Serving(
        Household household, Func<CancellationToken, Task<PairedMac>> connect, MacProcess? except)
    {
        await using var live = await connect(Cancellation);
        var mac = ServerOf(household, live);
        Assert.NotEqual(except, mac);
        Assert.IsType<DoneMessage>(await Answers.Last(live));
        return mac;
    }
}
