using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests;

/// <summary>Closing a channel ends, whatever the peer does.</summary>
public sealed class ClosingTests
{
    private static readonly RtcHostOptions Options = new() { Address = System.Net.IPAddress.Loopback };

    [Fact]
    public async Task A_channel_whose_peer_never_answers_is_closed_after_ten_seconds()
    {
        var time = new FakeTimeProvider();
        await using var macHost = RtcHost.Start(Options);
        await using var phoneHost = RtcHost.Start(Options with { TimeProvider = time });
        var phone = phoneHost.CreateOffer(new PeerOptions { Channels = [new ChannelOptions("llm")] });
        var mac = macHost.CreateAnswer(phone.LocalDescription, new PeerOptions());
        phone.SetRemoteDescription(mac.LocalDescription);
        var accepted = phone.AcceptChannel(TestContext.Current.CancellationToken).AsTask();
        await Pass(time, accepted);
        var channel = await accepted;

        using var release = new ManualResetEventSlim();
        var holder = new Thread(() => { lock (macHost.Gate) release.Wait(); });
        holder.Start();
        try
        {
            channel.Close();
            var closedAt = time.GetUtcNow();
            await Pass(time, channel.Closed, TimeSpan.FromMilliseconds(100));

            Assert.InRange((time.GetUtcNow() - closedAt).TotalSeconds, 9.9, 12);
            Assert.False(phone.Completion.IsCompleted);
        }
        finally
        {
            release.Set();
            holder.Join();
        }

        phone.Close();
        await Pass(time, phone.Completion);
    }

    // Without a step as fast as the peer's own clock: it has to keep up.
    private static async Task Pass(FakeTimeProvider time, Task until, TimeSpan? step = null)
    {
        var watch = Stopwatch.StartNew();
        for (var passed = TimeSpan.Zero; !until.IsCompleted; await Task.Yield())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            var next = step ?? watch.Elapsed - passed;
            passed += next;
            time.Advance(next);
        }
    }
}
