using Microsoft.Extensions.DependencyInjection;
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

    private Task<(string? Answer, Problem? Problem)> Ask(Func<string> answer) => _calls.Ask(
        Mac,
        _ =>
        {
            _attempts++;
            return Task.FromResult(answer());
        },
        TestContext.Current.CancellationToken);
}
