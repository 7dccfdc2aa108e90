using System.Threading.Channels;
using QuicPair.Client.Recovery;

namespace QuicPair.Client.Tests.Library;

/// <summary>A chat that nobody waits for any more, until its Mac has heard so.</summary>
public sealed class LateCancelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestMac _mac = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _mac.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_may_have_been_lost_with_a_session_is_said_in_the_next_and_then_no_more()
    {
        var heard = Channel.CreateUnbounded<string?>();
        await using var phone = NewPhone();
        await using var late = new LateCancels(new MacConnectionOptions());
        await using (var first = await phone.Pair(_mac.Link, Cancellation))
        {
            _mac.OnCancel = (peer, cancel) =>
            {
                heard.Writer.TryWrite(cancel.Id);
                peer.Vanish();
            };
            late.Tell(first, "mine");
            Assert.Equal("mine", await heard.Reader.ReadAsync(Cancellation));
            await first.Ended.WaitAsync(Cancellation);
        }

        _mac.OnCancel = (_, cancel) => heard.Writer.TryWrite(cancel.Id);
        await using var second = await phone.Open(phone.Pairings.Load()[0], Cancellation);
        late.Tell(second);
        Assert.Equal("mine", await heard.Reader.ReadAsync(Cancellation));

        // The Mac's word may be a moment behind.
        var isSaid = true;
        while (isSaid)
        {
            late.Tell(second);
            await second.Models(Cancellation);
            isSaid = heard.Reader.TryRead(out _);
            while (heard.Reader.TryRead(out _)) isSaid = true;
        }
    }

    [Fact]
    public async Task Its_end_waits_for_no_word()
    {
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        _mac.Phone.OnUnread = _ => { };
        var late = new LateCancels(new MacConnectionOptions());
        late.Tell(mac, "mine");

        await late.DisposeAsync().AsTask().WaitAsync(Cancellation);
        Assert.False(mac.Ended.IsCompleted);
    }

    private Phone NewPhone() => _mac.NewPhone(_folder);
}
