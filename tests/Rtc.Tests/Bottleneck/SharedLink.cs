using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Tests.Simulation;

namespace QuicPair.Rtc.Tests.Bottleneck;

/// <summary>
/// Flows that share one link with a queue that drops what does not fit; what they send back has a link without
/// a bottleneck for each. Time is virtual.
/// </summary>
internal sealed class SharedLink
{
    private readonly byte[] _packet = new byte[2048];
    private readonly Link _forward;
    private readonly Link[] _back;
    private readonly Flow[] _flows;
    private readonly Instant _start = Instant.Start + TimeSpan.FromHours(1);

    public SharedLink(LinkOptions options, ulong seed, params Flow[] flows)
    {
        var random = new SplitMix(seed);
        _flows = flows;
        _forward = new Link(options, random);
        _back = [.. flows.Select(_ => new Link(LinkOptions.Clean(options.Delay) with { Loss = options.Loss }, random))];
        Now = _start;
    }

    public Instant Now { get; private set; }

    public void RunFor(TimeSpan duration)
    {
        var end = Now + duration;
        while (true)
        {
            for (var index = 0; index < _flows.Length; index++) Turn(index);
            Forward();
            if (NextEvent() is not { } next || next > end) break;
            Now = next > Now ? next : Now;
        }

        Now = end;
    }

    /// <summary>What each flow delivers per second, in bytes, while the link runs for a while.</summary>
    public double[] Measure(TimeSpan duration)
    {
        long[] before = [.. _flows.Select(flow => flow.Delivered())];
        RunFor(duration);
        return [.. _flows.Select((flow, index) => (flow.Delivered() - before[index]) / duration.TotalSeconds)];
    }

    private bool HasBegun(Flow flow) => Now >= _start + flow.Begins;

    private Instant? NextEvent()
    {
        var next = _forward.NextArrival;
        for (var index = 0; index < _flows.Length; index++)
        {
            var flow = _flows[index];
            next = HasBegun(flow)
                ? Instant.Earliest(
                    next, _back[index].NextArrival, flow.Sender.NextTimeout, flow.Receiver.NextTimeout)
                : Instant.Earliest(next, _start + flow.Begins);
        }

        return next;
    }

    // The last byte of a packet on the shared link says whose it is.
    private void Forward()
    {
        while (_forward.TryReceive(Now, out var buffer, out var length))
        {
            var index = buffer[length - 1];
            var receiver = _flows[index].Receiver;
            receiver.HandleDatagram(Now, buffer.AsSpan(0, length - 1));
            receiver.TakeEvents(Now);
            _forward.Return(buffer);
            Answer(index);
        }
    }

    private void Turn(int index)
    {
        var flow = _flows[index];
        if (!HasBegun(flow)) return;
        while (_back[index].TryReceive(Now, out var buffer, out var length))
        {
            flow.Sender.HandleDatagram(Now, buffer.AsSpan(0, length));
            flow.Sender.TakeEvents(Now);
            _back[index].Return(buffer);
        }

        HandleTimeout(flow.Sender);
        HandleTimeout(flow.Receiver);
        flow.Refill(Now);
        flow.Sender.TakeEvents(Now);
        while (flow.Sender.TryTransmit(Now, _packet, out var length))
        {
            _packet[length] = (byte)index;
            _forward.Send(Now, _packet.AsSpan(0, length + 1));
        }

        Answer(index);
    }

    private void HandleTimeout(IEndpoint endpoint)
    {
        if (endpoint.NextTimeout is { } timeout && timeout <= Now) endpoint.HandleTimeout(Now);
    }

    private void Answer(int index)
    {
        while (_flows[index].Receiver.TryTransmit(Now, _packet, out var length))
        {
            _back[index].Send(Now, _packet.AsSpan(0, length));
        }
    }
}
