using QuicPair.Grains.Interfaces;
using QuicPair.SignalingApi.Fleet;
using Xunit;

namespace QuicPair.SignalingApi.Tests.Choice;

public sealed class MacOrderTests
{
    private static readonly MacSnapshot Idle = new(
        MacId.Parse(Envelope.Mac), "A Mac", "built-in", ["words", "pictures"], [], 0, 0, 10, 0, []);

    private static readonly MacSnapshot Ready = Idle with { Loaded = ["words"] };

    [Fact]
    public void The_model_in_memory_comes_before_everything_else() => Assert.Equal(
        ["loaded", "has it", "silent", "lacks it"],
        Sort(
            "words",
            ("lacks it", Idle with { Models = ["pictures"], TokensPerSecond = 900 }),
            ("silent", null),
            ("has it", Idle with { TokensPerSecond = 900 }),
            ("loaded", Ready with { Running = 4, Waiting = 4, TokensPerSecond = 1 })));

    [Fact]
    public void A_name_without_a_tag_means_the_model_tagged_latest() => Assert.Equal(
        ["loaded", "has it", "lacks it"],
        Sort(
            "words",
            ("lacks it", Idle with { Models = ["words:7b"], TokensPerSecond = 900 }),
            ("has it", Idle with { Models = ["words:latest"] }),
            ("loaded", Idle with { Models = ["words:latest"], Loaded = ["words:latest"], TokensPerSecond = 1 })));

    [Fact]
    public void Then_the_one_with_the_fewest_chats() => Assert.Equal(
        ["free", "one waits", "busy"],
        Sort(
            "words",
            ("busy", Ready with { Running = 1, Waiting = 1, TokensPerSecond = 900 }),
            ("one waits", Ready with { Waiting = 1, TokensPerSecond = 90 }),
            ("free", Ready with { TokensPerSecond = null })));

    [Fact]
    public void Then_the_fast_one() => Assert.Equal(
        ["fast", "slow", "never asked"],
        Sort(
            "words",
            ("never asked", Ready with { TokensPerSecond = null }),
            ("slow", Ready with { TokensPerSecond = 2.5 }),
            ("fast", Ready with { TokensPerSecond = 2.6 })));

    [Fact]
    public void Without_a_model_what_is_in_memory_does_not_count() => Assert.Equal(
        ["free", "busy", "silent"],
        Sort(null, ("silent", null), ("busy", Ready with { Running = 1 }), ("free", Idle with { Models = [] })));

    [Theory]
    [InlineData("words")]
    [InlineData(null)]
    public void One_that_takes_no_new_phones_comes_last(string? model) => Assert.Equal(
        ["busy", "silent", "drained"],
        Sort(
            model,
            ("drained", Ready with { TokensPerSecond = 900, Draining = true }),
            ("silent", null),
            ("busy", Ready with { Running = 4, Waiting = 4 })));

    [Fact]
    public void One_that_is_drained_is_asked_after_one_that_lacks_the_model() => Assert.Equal(
        ["lacks it", "drained"],
        Sort("words", ("drained", Ready with { Draining = true }), ("lacks it", Idle with { Models = [] })));

    [Fact]
    public void Equals_stay_as_the_phone_listed_them() => Assert.Equal(
        ["b", "a", "c"], Sort("words", ("b", Ready), ("a", Ready), ("c", Ready)));

    private static IEnumerable<string> Sort(string? model, params (string Name, MacSnapshot? Told)[] macs) =>
        MacOrder.Sort(macs, model);
}
