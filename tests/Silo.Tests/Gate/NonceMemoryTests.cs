using System.Globalization;
using QuicPair.Silo.Gate;

namespace QuicPair.Silo.Tests.Gate;

public sealed class NonceMemoryTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private readonly NonceMemory _memory = new();

    [Fact]
    public void Devices_that_never_come_again_leave_no_list()
    {
        for (var i = 0; i < 100; i++) Add(i.ToString(CultureInfo.InvariantCulture), 0, until: 601);
        Assert.Equal(100, _memory.Devices);

        // Until then each of these offers could come again.
        Add("late", 600, until: 1201);
        Assert.Equal(101, _memory.Devices);
        Assert.NotNull(_memory.Find("0", [1]));
        Add("late", 660, until: 1261);

        Assert.Equal(1, _memory.Devices);
        Assert.NotNull(_memory.Find("late", [1]));
    }

    [Fact]
    public void A_clock_that_was_set_back_stops_nothing()
    {
        Add("of tomorrow", 86_400, until: 87_001);
        Add("of today", 0, until: 601);
        Add("later", 661, until: 1262);

        Assert.Null(_memory.Find("of today", [1]));
        Assert.Equal(2, _memory.Devices);
    }

    [Fact]
    public void A_device_is_forgotten_and_the_others_are_not()
    {
        Add("one", 0, until: 601);
        Add("other", 0, until: 601);

        _memory.Forget("one");
        _memory.Forget("nobody");

        Assert.Null(_memory.Find("one", [1]));
        Assert.NotNull(_memory.Find("other", [1]));
    }

    private void Add(string device, int seconds, int until) => Assert.True(
        _memory.TryAdd(device, new OfferMemory([1], [], Start.AddSeconds(until)), Start.AddSeconds(seconds)));
}
