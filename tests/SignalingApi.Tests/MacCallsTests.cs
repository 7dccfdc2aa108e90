using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Grains.Interfaces;
using QuicPair.SignalingApi.Fleet;
using QuicPair.SignalingApi.Problems;
using Xunit;

namespace QuicPair.SignalingApi.Tests;

public sealed class MacCallsTests(SharedFrontDoor shared) : IClassFixture<SharedFrontDoor>
{
    private static readonly MacId Mac = MacId.Parse(Envelope.Mac);
    private readonly MacCalls _calls = shared.Door.Services.GetRequiredService<MacCalls>();
    private int _attempts;

    [Fact]
    public async Task What_the_cluster_rejects_for_a_moment_is_asked_again()
    {
        var (answer, problem) = await Ask(() => _attempts < 3 ? throw new SiloUnavailableException() : "answer");
        Assert.Equal(("answer", null, 3), (answer, problem, _attempts));
    }

    [Fact]
    public async Task What_stays_rejected_is_away_after_two_more_questions()
    {
        var (_, problem) = await Ask(() => throw new SiloUnavailableException());
        Assert.Same(Problem.MacOffline, problem);
        Assert.Equal(3, _attempts);
    }

    [Fact]
    public async Task A_Mac_that_does_not_answer_or_is_gone_is_asked_once()
    {
        foreach (var failure in new Exception[] { new TimeoutException(), new MacUnavailableException() })
        {
            _attempts = 0;
            var (_, problem) = await Ask(() => throw failure);
            Assert.Same(Problem.MacOffline, problem);
            Assert.Equal(1, _attempts);
        }
    }

    [Fact]
    public async Task A_Mac_that_is_frozen_is_away_before_the_phone_has_waited_five_seconds()
    {
        var time = new FakeTimeProvider();
        var calls = ActivatorUtilities.CreateInstance<MacCalls>(shared.Door.Services, time);
        var asked = calls.Ask(
            Mac, _ => new TaskCompletionSource<string>().Task, TestContext.Current.CancellationToken);
        Assert.False(asked.IsCompleted);

        time.Advance(TimeSpan.FromSeconds(4.9));

        Assert.Same(Problem.MacOffline, (await asked).Problem);
    }

    private Task<(string? Answer, Problem? Problem)> Ask(Func<string> answer) => _calls.Ask(
        Mac,
        _ =>
        {
            _attempts++;
            return Task.FromResult(answer());
        },
        TestContext.Current.CancellationToken);
}
