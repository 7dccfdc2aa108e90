using Xunit;

namespace QuicPair.Rtc.Sockets.Tests;

/// <summary>
/// A phone and a Mac, each a host of its own on the loopback interface, with one channel between them.
/// </summary>
internal sealed class PeerPair : IAsyncDisposable
{
    private static readonly RtcHostOptions Options = new() { Address = System.Net.IPAddress.Loopback };

    private PeerPair(RtcHost phoneHost, RtcHost macHost, PeerOptions options)
    {
        (PhoneHost, MacHost) = (phoneHost, macHost);
        Phone = phoneHost.CreateOffer(options with { Channels = [new ChannelOptions("llm")] });
        Mac = macHost.CreateAnswer(Phone.LocalDescription, options);
    }

    public RtcHost PhoneHost { get; }

    public RtcHost MacHost { get; }

    public PeerConnection Phone { get; }

    public PeerConnection Mac { get; }

    public DataChannel PhoneChannel { get; private set; } = null!;

    public DataChannel MacChannel { get; private set; } = null!;

    /// <summary>Two ends whose descriptions the caller carries.</summary>
    public static PeerPair Create(PeerOptions? options = null) =>
        new(RtcHost.Start(Options), RtcHost.Start(Options), options ?? new PeerOptions());

    /// <summary>Two ends with an open channel.</summary>
    public static async Task<PeerPair> Connect(PeerOptions? options = null)
    {
        var pair = Create(options);
        pair.Phone.SetRemoteDescription(pair.Mac.LocalDescription);
        pair.PhoneChannel = await pair.Phone.AcceptChannel(TestContext.Current.CancellationToken);
        pair.MacChannel = await pair.Mac.AcceptChannel(TestContext.Current.CancellationToken);
        return pair;
    }

    /// <summary>The next message of a channel.</summary>
    public static Task<byte[]> NextMessage(DataChannel channel)
    {
        var next = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.OnMessage = (message, _) => next.TrySetResult(message.ToArray());
        return next.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await PhoneHost.DisposeAsync();
        await MacHost.DisposeAsync();
    }
}
