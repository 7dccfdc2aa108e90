using QuicPair.Protocol.Chat;
using QuicPair.Silo.Phones;

namespace QuicPair.Silo.Tests.Phones;

/// <summary>What the control plane hears of a device's last answer.</summary>
public sealed class PhonePeerTests
{
    [Theory]
    [InlineData(0L)]
    [InlineData(7L)]
    [InlineData(null)]
    public void A_time_of_loading_that_the_runner_does_not_say_is_not_told_as_none(long? load)
    {
        var told = PhonePeer.Timings(new AnswerStatistics
        {
            QueueMs = 1,
            LoadMs = load,
            PromptMs = 2,
            TtftMs = 10,
            Tokens = 3,
            TokensPerSecond = 4,
        });
        Assert.Equal((1L, load, 2L, 10L), (told!.QueueMs, told.LoadMs, told.PromptMs, told.FirstTokenMs));
    }

    [Fact]
    public void Before_the_first_answer_nothing_is_told() => Assert.Null(PhonePeer.Timings(null));
}
