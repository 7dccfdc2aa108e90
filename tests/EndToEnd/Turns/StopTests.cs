using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;
using Xunit;
using ErrorCode = QuicPair.Protocol.ErrorCode;

namespace QuicPair.EndToEnd.Turns;

/// <summary>
/// Stop of a phone over the real path, in each stage. How soon the runner is stopped is measured by
/// <c>dotnet run --project tests/Benchmarks -- cancel</c>.
/// </summary>
public sealed class StopTests(StopDesk desk) : IClassFixture<StopDesk>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(LoadStage.Loading)]
    [InlineData(LoadStage.Reading)]
    public async Task Closes_the_runners_request_before_the_first_word(LoadStage stage)
    {
        desk.Runner.IsLoaded = stage == LoadStage.Reading;
        var question = desk.Ask("Hello");
        var chat = await desk.Runner.Asked();
        Assert.Equal(stage, (await question.Next<StatusMessage>()).Stage);

        await Stop(question, chat);
    }

    [Fact]
    public async Task Closes_the_runners_request_between_two_words()
    {
        var question = desk.Ask("Hello");
        var chat = await desk.Runner.Asked();
        chat.Say("one");
        Assert.Equal("one", (await question.Next<DeltaMessage>()).Content);

        await Stop(question, chat);
    }

    [Fact]
    public async Task A_chat_that_waits_never_becomes_a_request()
    {
        var (asked, closed) = (desk.Runner.Chats, desk.Runner.Closed);
        var first = desk.Ask("first");
        var chat = await desk.Runner.Asked();
        var second = desk.Ask("second");
        Assert.Equal(1, await second.Place());

        second.Stop();

        Assert.Equal(ErrorCode.Cancelled, (await second.Next<ErrorMessage>()).Code);
        var third = desk.Ask("third");
        chat.Finish();
        Assert.Empty(await first.Answer());
        var next = await desk.Runner.Asked();
        Assert.Equal("third", next.Prompt);
        next.Finish();
        Assert.Empty(await third.Answer());
        Assert.Equal((asked + 2, closed), (desk.Runner.Chats, desk.Runner.Closed));
    }

    private async Task Stop(Question question, HeldChat chat)
    {
        var (asked, closed) = (desk.Runner.Chats, desk.Runner.Closed);

        question.Stop();

        await chat.Closed.WaitAsync(Cancellation);
        Assert.Equal(ErrorCode.Cancelled, (await question.Next<ErrorMessage>()).Code);
        Assert.Equal((asked, closed + 1), (desk.Runner.Chats, desk.Runner.Closed));
    }
}
