using System.Net;
using System.Text;
using System.Text.Json;
using QuicPair.Cli.Proxy.Requests;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Client.Tests.Proxy;

/// <summary>What programs ask beyond the places that a device has at its Mac.</summary>
public sealed class PlacesTests
{
    // From the protocol: chats of a device that run or wait.
    private const int Chats = 8;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_waits_comes_in_order_and_who_hangs_up_leaves_the_line()
    {
        using var places = new Places(1);
        using var hangUp = new CancellationTokenSource();
        var first = await places.Take(Cancellation);
        var gone = places.Take(hangUp.Token);
        var (second, third) = (places.Take(Cancellation), places.Take(Cancellation));
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);

        first.Dispose();
        var place = await second;
        Assert.False(third.IsCompleted);
        place.Dispose();
        (await third).Dispose();
    }

    [Fact]
    public async Task As_many_wait_as_may_and_a_place_in_the_line_is_free_again()
    {
        using var places = new Places(1);
        using var hangUp = new CancellationTokenSource();
        var held = await places.Take(Cancellation);
        var gone = places.Take(hangUp.Token);
        List<Task<IDisposable>> line =
            [.. Enumerable.Range(1, Places.MaxWaiting - 1).Select(_ => places.Take(Cancellation))];
        var refused = await Assert.ThrowsAsync<ProxyException>(() => places.Take(Cancellation));
        Assert.Equal((503, "busy"), (refused.Status, refused.Code));

        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        line.Add(places.Take(Cancellation));
        held.Dispose();
        foreach (var place in line) (await place).Dispose();
    }

    [Fact]
    public async Task Chats_beyond_those_that_a_mac_takes_wait_and_those_beyond_the_line_are_told_when_to_come_again()
    {
        await using var desk = await ProxyDesk.Start();
        var (gate, held, asked, isOpen) = (new Lock(), new List<ChatMessage>(), 0, false);
        var full = new TaskCompletionSource<TestMacPhone>(TaskCreationOptions.RunContinuationsAsynchronously);
        desk.Mac.OnChat = (peer, chat) =>
        {
            lock (gate)
            {
                held.Add(chat);
                if (++asked == Chats) full.TrySetResult(peer);
                if (isOpen) held.ForEach(waiting => peer.Send(Done(waiting)));
                else if (asked > Chats) peer.Send(new ErrorMessage { Id = chat.Id, Code = ErrorCode.Busy });
                if (isOpen) held.Clear();
            }
        };
        List<Task<HttpResponseMessage>> posts =
            [.. Enumerable.Range(0, Chats + Places.MaxWaiting + 1).Select(_ => Post(desk))];
        var phone = await full.Task.WaitAsync(Cancellation);

        using var refused = await await Task.WhenAny(posts);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(2), refused.Headers.RetryAfter?.Delta);
        Assert.True(JsonElement.Parse(await refused.Content.ReadAsStringAsync(Cancellation))
            .TryGetProperty("error", out _));
        lock (gate)
        {
            Assert.Equal(Chats, asked);
            isOpen = true;
            phone.Send(Done(held[0]));
            held.RemoveAt(0);
        }

        var statuses = new List<HttpStatusCode>();
        foreach (var post in posts)
        {
            using var reply = await post;
            statuses.Add(reply.StatusCode);
        }

        Assert.Equal(Chats + Places.MaxWaiting, statuses.Count(status => status == HttpStatusCode.OK));
    }

    [Fact]
    public async Task A_mac_that_has_not_let_go_yet_of_what_ended_is_asked_again()
    {
        await using var desk = await ProxyDesk.Start();
        var asked = 0;
        desk.Mac.OnChat = (peer, chat) => peer.Send(
            ++asked == 1 ? new ErrorMessage { Id = chat.Id, Code = ErrorCode.Busy } : Done(chat));
        using var reply = await Post(desk);
        Assert.Equal((HttpStatusCode.OK, 2), (reply.StatusCode, asked));
    }

    private static DoneMessage Done(ChatMessage chat) => new() { Id = chat.Id, Seq = 1, Reason = DoneReason.Stop };

    private static async Task<HttpResponseMessage> Post(ProxyDesk desk)
    {
        const string chat = """{"model":"m:1b","messages":[{"role":"user","content":"Hi"}],"stream":false}""";
        using var body = new StringContent(chat, Encoding.UTF8, "application/json");
        return await desk.Http.PostAsync("/api/chat", body, Cancellation);
    }
}
