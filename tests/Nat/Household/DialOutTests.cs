using QuicPair.Nat.Lab;
using QuicPair.Nat.Sessions;
using Xunit;

namespace QuicPair.Nat.Household;

/// <summary>Macs that only dial out, while the front door, the router or their own address is changed.</summary>
public sealed class DialOutTests
{
    private const int Words = 60;
    private const int Part = 15;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Phones_reach_macs_that_only_dial_out_also_after_the_door_died_and_the_router_forgot()
    {
        using var world = new World();
        await using var household = await DialOutHousehold.Start(world, areChosen: true);
        await household.Chat("phone-1", await household.Link(household.First, "mac-1"));
        await household.Chat("phone-2", await household.Link(household.Second, "mac-2"));

        await household.RestartDoor();
        await household.Chat("phone-1");
        await household.Chat("phone-2");

        household.First.Router!.Forget();
        await household.Chat("phone-1");
        await household.Chat("phone-2");
    }

    [Fact]
    public async Task A_mac_that_gets_another_address_keeps_its_phone_and_takes_its_place_in_the_household_again()
    {
        const string Moved = "192.168.30.9";
        using var world = new World();
        await using var household = await DialOutHousehold.Start(world, areChosen: false, Words);
        await household.UntilSeenAt("192.168.30.3");
        var link = await household.Link(household.Second, "mac-2");
        using var chat = ChatRun.Start(household.Phone.Host, household.Settings("phone"), link);
        var runner = household.Runner!;
        runner.Say(Part);
        await chat.Reach(Part, Cancellation);

        household.Second.Host.Ip("address flush dev eth0");
        household.Second.Host.Ip($"address add {Moved}/24 dev eth0\nroute replace default via 192.168.30.1");

        runner.Say(Part);
        await chat.Restarted(Cancellation);
        await chat.Reach(2 * Part, Cancellation);

        // Its silo has started anew, and the answer goes on.
        await household.UntilSeenAt(Moved);
        runner.Say(Words - (2 * Part) + 1);
        await chat.End(Words, Cancellation);
        Assert.Equal(1, runner.Chats);

        await household.Chat("newcomer", await household.Link(household.Second, "mac-2"));
        await household.UntilSeenAt(Moved);
    }
}
