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
    private const int Words = 2;
    private const string Model = "metered";

    public static bool IsSoak => Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1";

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
    public async Task A_phone_that_asked_for_a_model_is_served_by_another_Mac_that_has_it()
    {
        await using var runner = new MeteredRunner(Words);
        await using var household = await Household.Start(database.Server, macs: 1);
        foreach (var name in new[] { "mac-2", "mac-3" })
        {
            household.Macs.Add(await household.StartMac(name, more: runner.Settings));
            await household.Until(household.Macs[^1], 403);
        }

        await using var phone = await PairWithAll(household);

        // Who asks for no model is sent to the Mac that is known to be fast: the one without this model.
        foreach (var pairing in phone.Pairings.Load())
        {
            await using var live = await phone.Open(pairing, Cancellation);
            if ((await live.Models(Cancellation)).Any(model => model.Name == Model)) continue;
            Assert.IsType<DoneMessage>(await Answers.Last(live));
        }

        runner.Say(2 * (Words + 1));
        var connect = phone.AnyMac(Model);
        var dead = await Serving(household, connect, except: household.Macs[0]);
        await dead.Process.Kill();
        var other = await Serving(household, connect, except: dead);
        Assert.NotEqual(household.Macs[0], other);
        Assert.Equal(2, runner.Chats);
    }

    /// <summary>With <c>QUICPAIR_SOAK=1</c> each time, else the one in the middle.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_phone_that_rests_is_told_within_five_seconds_that_its_Mac_is_dead_and_another_one_answers(
        bool throughDoor)
    {
        await using var household = await Household.Start(database.Server, macs: 3, throughDoor);
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
        Assert.InRange(told[IsSoak ? Deaths - 1 : Deaths / 2], TimeSpan.Zero, TimeSpan.FromSeconds(5));
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
