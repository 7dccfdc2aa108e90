using QuicPair.Rtc.Machine;
using Xunit;

namespace QuicPair.Rtc.Tests.Simulation;

/// <summary>Two endpoints, a link each way and one virtual clock.</summary>
public sealed class Pair<TEndpoint>
    where TEndpoint : IEndpoint
{
    // A machine that asks for a timeout in the past for ever would otherwise hang the test.
    private const int StepsWithoutTimeMax = 100_000;

    private readonly byte[] _packet = new byte[2048];
    private readonly ulong _seed;
    private int _stepsWithoutTime;

    public Pair(TEndpoint left, TEndpoint right, LinkOptions link, ulong seed)
    {
        var random = new SplitMix(seed ^ 0x5EED);
        _seed = seed;
        Left = left;
        Right = right;
        ToRight = new Link(link, random);
        ToLeft = new Link(link, random);
    }

    public TEndpoint Left { get; }

    public TEndpoint Right { get; }

    public Link ToRight { get; }

    public Link ToLeft { get; }

    public Instant Now { get; private set; } = Instant.Start + TimeSpan.FromHours(1);

    /// <summary>
    /// Runs until <paramref name="condition"/> holds; fails when <paramref name="limit"/> has passed before.
    /// </summary>
    public void RunUntil(Func<bool> condition, TimeSpan limit, string what)
    {
        var end = Now + limit;
        Drain();
        while (!condition())
        {
            if (!Step(end))
            {
                Assert.Fail($"seed {_seed}: {what}: not by {limit.TotalSeconds} s of virtual time");
            }
        }
    }

    /// <summary>Runs for <paramref name="duration"/>.</summary>
    public void RunFor(TimeSpan duration)
    {
        var end = Now + duration;
        Drain();
        while (Step(end))
        {
        }

        Now = end;
    }

    /// <summary>Sends what both ends have to send, without letting time pass.</summary>
    public void Drain()
    {
        Drain(Left, ToRight);
        Drain(Right, ToLeft);
    }

    private bool Step(Instant end)
    {
        var next = Instant.Earliest(
            ToRight.NextArrival, ToLeft.NextArrival, Left.NextTimeout, Right.NextTimeout);
        if (next is not { } at || at > end)
        {
            return false;
        }

        _stepsWithoutTime = at > Now ? 0 : _stepsWithoutTime + 1;
        Assert.True(_stepsWithoutTime < StepsWithoutTimeMax, $"seed {_seed}: time does not pass");
        Now = at > Now ? at : Now;
        Turn(Left, ToLeft, ToRight);
        Turn(Right, ToRight, ToLeft);
        return true;
    }

    private void Turn(TEndpoint endpoint, Link from, Link to)
    {
        while (from.TryReceive(Now, out var buffer, out var length))
        {
            endpoint.HandleDatagram(Now, buffer.AsSpan(0, length));
            endpoint.TakeEvents(Now);
            from.Return(buffer);
        }

        if (endpoint.NextTimeout is { } timeout && timeout <= Now)
        {
            endpoint.HandleTimeout(Now);
        }

        Drain(endpoint, to);
    }

    private void Drain(TEndpoint endpoint, Link to)
    {
        endpoint.TakeEvents(Now);
        while (endpoint.TryTransmit(Now, _packet, out var length))
        {
            to.Send(Now, _packet.AsSpan(0, length));
        }
    }
}
