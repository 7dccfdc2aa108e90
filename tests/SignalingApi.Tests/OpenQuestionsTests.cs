using QuicPair.SignalingApi.Fleet;
using Xunit;

namespace QuicPair.SignalingApi.Tests;

public sealed class OpenQuestionsTests
{
    private readonly OpenQuestions<string, int> _questions;
    private TaskCompletionSource<int> _answer = new();
    private int _asked;

    public OpenQuestionsTests() => _questions = new OpenQuestions<string, int>(_ =>
    {
        Interlocked.Increment(ref _asked);
        return _answer.Task;
    });

    [Fact]
    public async Task What_is_open_is_not_asked_again_and_what_is_answered_is()
    {
        var (first, second) = (_questions.Ask("a"), _questions.Ask("a"));
        _answer.SetResult(1);
        Assert.Equal((1, 1), (await first, await second));
        Assert.Equal(1, _asked);

        _answer = new TaskCompletionSource<int>();
        _answer.SetResult(2);
        Assert.Equal(2, await _questions.Ask("a"));
    }

    [Fact]
    public async Task A_question_that_failed_is_asked_again()
    {
        _answer.SetException(new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(() => _questions.Ask("a"));
        _answer = new TaskCompletionSource<int>();
        _answer.SetResult(2);
        Assert.Equal(2, await _questions.Ask("a"));
    }

    [Fact]
    public async Task After_a_change_an_open_question_answers_nobody_new()
    {
        var (before, other) = (_questions.Ask("a"), _questions.Ask("b"));
        _questions.Forget();
        var after = _questions.Ask("a");
        Assert.NotSame(before, after);
        _answer.SetResult(1);
        Assert.Equal((1, 1, 1), (await before, await other, await after));
        Assert.Equal(3, _asked);
    }
}
