using System.Text;
using QuicPair.Protocol;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Client.Tests;

public sealed class ChatTests : IDisposable
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
    public async Task Answers_go_to_the_chat_that_asked()
    {
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        var chats = Enumerable.Range(0, 8).Select(i => mac.Chat(new ChatMessage { Prompt = $"{i}" })).ToList();
        for (var i = 0; i < chats.Count; i++)
        {
            var messages = await chats[i].ToListAsync(Cancellation);
            Assert.Equal($"{i}", Assert.IsType<DeltaMessage>(messages[0]).Content);
        }
    }

    [Fact]
    public async Task Cancelling_ends_the_answer_and_not_the_session()
    {
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        _mac.OnChat = (_, _) => { };
        var chat = mac.Chat(new ChatMessage { Prompt = "long" });
        chat.Cancel();
        var end = Assert.Single(await chat.ToListAsync(Cancellation));
        Assert.Equal(ErrorCode.Cancelled, Assert.IsType<ErrorMessage>(end).Code);
        Assert.Single(await mac.Models(Cancellation));
    }

    [Fact]
    public async Task Entries_that_were_received_already_are_left_out()
    {
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        _mac.OnChat = (peer, chat) =>
        {
            foreach (var seq in (long[])[1, 2, 2, 1, 3])
            {
                peer.Send(new DeltaMessage { Id = chat.Id, Seq = seq, Content = $"{seq}" });
            }

            peer.Send(new DoneMessage { Id = chat.Id, Seq = 4, Reason = DoneReason.Length });
        };
        var stream = mac.Chat(new ChatMessage { Prompt = "x" });
        var text = string.Concat(
            (await stream.ToListAsync(Cancellation)).OfType<DeltaMessage>().Select(d => d.Content));
        Assert.Equal("123", text);
        Assert.Equal(4, stream.LastSeq);
    }

    [Theory]
    [InlineData(CloseCode.Revoked, ConnectFailure.Revoked)]
    [InlineData(CloseCode.Shutdown, ConnectFailure.MacAway)]
    [InlineData(CloseCode.Renew, ConnectFailure.Interrupted)]
    [InlineData(CloseCode.Normal, ConnectFailure.Elsewhere)]
    public async Task A_closed_session_ends_its_answers_with_the_cause(CloseCode code, ConnectFailure expected)
    {
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        _mac.OnChat = (peer, _) => peer.Close(code);
        var chat = mac.Chat(new ChatMessage { Prompt = "x" });
        var failure = await Assert.ThrowsAsync<ConnectException>(async () => await chat.ToListAsync(Cancellation));
        Assert.Equal(expected, failure.Reason);
        Assert.Equal(expected, (await mac.Ended).Reason);
        await Assert.ThrowsAsync<ConnectException>(() => mac.Models(Cancellation));
    }

    [Fact]
    public async Task A_lost_answer_is_taken_up_again_on_a_new_connection()
    {
        await using var phone = NewPhone();
        var mac = await phone.Pair(_mac.Link, Cancellation);
        _mac.OnChat = (peer, chat) =>
        {
            peer.Send(new DeltaMessage { Id = chat.Id, Seq = 5, Content = "begun" });
            peer.Vanish();
        };
        var lost = mac.Chat(new ChatMessage { Prompt = "x" });
        await Assert.ThrowsAsync<ConnectException>(async () => await lost.ToListAsync(Cancellation));
        await using var again = await phone.Open(mac.Pairing, Cancellation);
        var rest = await again.Resume(lost.Id, lost.LastSeq).ToListAsync(Cancellation);
        Assert.Equal(6, Assert.IsType<DeltaMessage>(rest[0]).Seq);
        Assert.Equal(5, Assert.IsType<ResumeMessage>(_mac.Phone.Received[^1]).After);
        await mac.DisposeAsync();
    }

    [Fact]
    public async Task A_pairing_message_on_a_paired_session_is_fatal()
    {
        await using var phone = NewPhone();
        await (await phone.Pair(_mac.Link, Cancellation)).DisposeAsync();
        await using var mac = await phone.Open(Assert.Single(phone.Pairings.Load()), Cancellation);
        await mac.Models(Cancellation);
        _mac.Phone.Send(new PairedMessage { K = new byte[32] });
        Assert.Equal(ConnectFailure.Protocol, (await mac.Ended.WaitAsync(Cancellation)).Reason);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("""{"id":"x"}""")]
    [InlineData("""{"op":"delta","id":"x","seq":1}""")]
    [InlineData("""{"op":"weather","op":"weather"}""")]
    public async Task What_cannot_be_read_ends_the_session(string json)
    {
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        _mac.OnChat = (peer, _) => peer.Send(Encoding.UTF8.GetBytes(json));
        var chat = mac.Chat(new ChatMessage { Prompt = "x" });
        var failure = await Assert.ThrowsAsync<ConnectException>(async () => await chat.ToListAsync(Cancellation));
        Assert.Equal(ConnectFailure.Protocol, failure.Reason);
        Assert.Equal(ConnectFailure.Protocol, (await mac.Ended).Reason);
    }

    [Fact]
    public async Task What_only_a_newer_Mac_says_is_passed_over()
    {
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        _mac.OnChat = (peer, chat) =>
        {
            peer.Send("""{"op":"weather","id":"x"}"""u8.ToArray());
            peer.Send(new DoneMessage { Id = chat.Id, Seq = 1, Reason = DoneReason.Stop });
        };
        var end = Assert.Single(await mac.Chat(new ChatMessage { Prompt = "x" }).ToListAsync(Cancellation));
        Assert.IsType<DoneMessage>(end);
        Assert.False(mac.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_message_that_is_too_large_ends_the_session_and_the_Mac_is_told()
    {
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        _mac.OnChat = (peer, chat) => peer.Send(
            new DeltaMessage { Id = chat.Id, Seq = 1, Content = new string('x', 1_100_000) });
        var chat = mac.Chat(new ChatMessage { Prompt = "x" });
        var failure = await Assert.ThrowsAsync<ConnectException>(async () => await chat.ToListAsync(Cancellation));
        Assert.Equal(ConnectFailure.Protocol, failure.Reason);
        Assert.Equal(CloseCode.TooLarge, await _mac.Phone.Closed.Task.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task A_long_prompt_and_a_long_answer_arrive_whole()
    {
        await using var phone = NewPhone();
        await using var mac = await phone.Pair(_mac.Link, Cancellation);
        var prompt = new string('x', 600_000);
        var messages = await mac.Chat(new ChatMessage { Prompt = prompt }).ToListAsync(Cancellation);
        Assert.Equal(prompt, Assert.IsType<DeltaMessage>(messages[0]).Content);
    }

    private Phone NewPhone() => _mac.NewPhone(_folder);
}
