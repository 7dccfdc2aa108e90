using System.Net;
using Microsoft.Extensions.AI;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;
using ChatMessage = QuicPair.Protocol.Messages.ChatMessage;

namespace QuicPair.Client.Tests.Library;

/// <summary>An answer across lost sessions.</summary>
public sealed class ResumeTests : IDisposable
{
    private const int Tokens = 200;

    private readonly TemporaryFolder _folder = new();
    private readonly TestMac _mac = new();
    private readonly List<ChatMessage> _asked = [];
    private readonly List<long> _resumedAfter = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string WholeText { get; } = string.Concat(Enumerable.Range(1, Tokens).Select(Word));

    public void Dispose()
    {
        _mac.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Cut_off_after_any_token_the_answer_is_the_same_and_was_asked_for_once()
    {
        await using var phone = NewPhone();
        await using var mac = phone.Connect(_mac.Link);
        using var client = new QuicPairChatClient(mac);
        for (var k = 0; k < Tokens; k++)
        {
            var cut = k;
            _asked.Clear();
            _resumedAfter.Clear();
            _mac.OnChat = (peer, chat) => SendUntil(peer, chat, cut);
            _mac.OnResume = Resume;
            var answer = await client.GetResponseAsync("count", cancellationToken: Cancellation);
            Assert.Equal(WholeText, answer.Text);
            Assert.Single(_asked);
            Assert.InRange(Assert.Single(_resumedAfter), 0, cut);
        }
    }

    [Fact]
    public async Task Cut_off_after_every_token_the_answer_is_the_same()
    {
        await using var phone = NewPhone();
        await using var mac = phone.Connect(_mac.Link);
        _mac.OnChat = (peer, chat) => SendUntil(peer, chat, 1);
        _mac.OnResume = (peer, resume) =>
        {
            _resumedAfter.Add(resume.After);
            Send(peer, resume.Id!, resume.After + 1, Math.Min(resume.After + 20, Tokens));
            if (resume.After + 20 < Tokens)
            {
                peer.Vanish();
                return;
            }

            peer.Send(new DoneMessage { Id = resume.Id, Seq = Tokens + 1, Reason = DoneReason.Stop });
        };
        var text = string.Concat(
            (await mac.Ask(new ChatMessage { Prompt = "count" }, Cancellation).ToListAsync(Cancellation))
            .OfType<DeltaMessage>().Select(delta => delta.Content));
        Assert.Equal(WholeText, text);
        Assert.True(_resumedAfter.Count >= Tokens / 20);
    }

    [Fact]
    public async Task A_question_that_never_arrived_is_sent_again()
    {
        await using var phone = NewPhone();
        await using var mac = phone.Connect(_mac.Link);
        var lost = true;
        _mac.OnChat = (peer, chat) =>
        {
            if (lost)
            {
                lost = false;
                peer.Vanish();
                return;
            }

            SendUntil(peer, chat, Tokens);
        };
        _mac.OnResume = (peer, resume) => peer.Send(
            new ErrorMessage { Id = resume.Id, For = "resume", Code = ErrorCode.NotFound });
        using var client = new QuicPairChatClient(mac);
        Assert.Equal(WholeText, (await client.GetResponseAsync("count", cancellationToken: Cancellation)).Text);
        Assert.Single(_asked);
    }

    [Fact]
    public async Task A_question_that_never_gets_through_is_sent_three_times_and_ends_with_the_cause()
    {
        await using var phone = NewPhone();
        await using var mac = phone.Connect(_mac.Link);
        _mac.OnChat = (peer, chat) =>
        {
            _asked.Add(chat);
            peer.Close(QuicPair.Protocol.CloseCode.Idle);
        };
        _mac.OnResume = (peer, resume) => peer.Send(
            new ErrorMessage { Id = resume.Id, For = "resume", Code = ErrorCode.NotFound });
        using var client = new QuicPairChatClient(mac);
        var failure = await Assert.ThrowsAsync<AnswerException>(
            () => client.GetResponseAsync("long", cancellationToken: Cancellation));
        Assert.Equal(
            (ErrorCode.TooLarge, "The question does not get through to the Mac over this path."),
            (failure.Code, failure.Message));
        Assert.Equal(3, _asked.Count);
        Assert.Single(_asked.Select(chat => chat.Id).Distinct());
    }

    [Fact]
    public async Task A_question_of_which_something_came_before_it_was_lost_is_sent_anew()
    {
        await using var phone = NewPhone();
        await using var mac = phone.Connect(_mac.Link);
        _mac.OnChat = (peer, chat) =>
        {
            peer.Send(new QueuedMessage { Id = chat.Id, Position = 1 });
            if (_asked.Count == 5)
            {
                SendUntil(peer, chat, Tokens);
                return;
            }

            _asked.Add(chat);
            peer.Close(QuicPair.Protocol.CloseCode.Idle);
        };
        _mac.OnResume = (peer, resume) => peer.Send(
            new ErrorMessage { Id = resume.Id, For = "resume", Code = ErrorCode.NotFound });
        using var client = new QuicPairChatClient(mac);
        Assert.Equal(WholeText, (await client.GetResponseAsync("count", cancellationToken: Cancellation)).Text);
        Assert.Equal(6, _asked.Count);
    }

    [Fact]
    public async Task An_answer_that_the_mac_has_lost_keeps_its_beginning_and_ends_with_the_cause()
    {
        await using var phone = NewPhone();
        await using var mac = phone.Connect(_mac.Link);
        _mac.OnChat = (peer, chat) => peer.Send(new DeltaMessage { Id = chat.Id, Seq = 1, Content = "begun" });
        _mac.OnResume = (peer, resume) => peer.Send(
            new ErrorMessage { Id = resume.Id, For = "resume", Code = ErrorCode.NotFound });
        using var client = new QuicPairChatClient(mac);
        var text = "";
        var failure = await Assert.ThrowsAsync<AnswerException>(async () =>
        {
            await foreach (var update in client.GetStreamingResponseAsync("x", cancellationToken: Cancellation))
            {
                text += update.Text;
                _mac.Phone.Vanish();
            }
        });
        Assert.Equal(("begun", ErrorCode.NotFound), (text, failure.Code));
    }

    [Fact]
    public async Task A_mac_that_stays_away_is_given_up_after_a_while()
    {
        await using var phone = NewPhone();
        var patience = new MacConnectionOptions
        {
            RecoverFor = TimeSpan.FromMilliseconds(200),
            FirstPause = TimeSpan.FromMilliseconds(1),
        };
        await using var mac = phone.Connect(_mac.Link, patience);
        _mac.OnChat = (peer, _) =>
        {
            _mac.Failure = (HttpStatusCode.ServiceUnavailable, """{"code":"mac_offline"}""");
            peer.Vanish();
        };
        var failure = await Assert.ThrowsAsync<ConnectException>(
            async () => await mac.Ask(new ChatMessage { Prompt = "x" }, Cancellation).ToListAsync(Cancellation));
        Assert.Equal(ConnectFailure.MacAway, failure.Reason);
    }

    [Fact]
    public async Task A_revoked_device_is_told_at_once()
    {
        await using var phone = NewPhone();
        await using var mac = phone.Connect(_mac.Link);
        _mac.OnChat = (peer, _) => peer.Close(QuicPair.Protocol.CloseCode.Revoked);
        var failure = await Assert.ThrowsAsync<ConnectException>(
            async () => await mac.Ask(new ChatMessage { Prompt = "x" }, Cancellation).ToListAsync(Cancellation));
        Assert.Equal(ConnectFailure.Revoked, failure.Reason);
        Assert.Single(_mac.Modes);
    }

    [Fact]
    public async Task Leaving_while_the_session_is_lost_cancels_at_the_next_one()
    {
        await using var phone = NewPhone();
        await using var mac = phone.Connect(_mac.Link);
        var cancelled = new TaskCompletionSource<string?>();
        _mac.OnCancel = (_, cancel) => cancelled.TrySetResult(cancel.Id);
        _mac.OnChat = (peer, chat) => peer.Send(new DeltaMessage { Id = chat.Id, Seq = 1, Content = "begun" });
        string? id = null;
        await foreach (var message in mac.Ask(new ChatMessage { Prompt = "x" }, Cancellation))
        {
            id = message.Id;
            _mac.Phone.Vanish();
            await mac.Current!.Ended;
            break;
        }

        await mac.Use((live, token) => live.Models(token), Cancellation);
        Assert.Equal(id, await cancelled.Task.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task A_cancel_whose_session_died_before_the_mac_heard_it_is_sent_again()
    {
        await using var phone = NewPhone();
        await using var mac = phone.Connect(_mac.Link);
        var cancelled = new List<string?>();
        _mac.OnCancel = (peer, cancel) =>
        {
            cancelled.Add(cancel.Id);
            if (cancelled.Count == 1) peer.Vanish();
        };
        _mac.OnChat = (peer, chat) => peer.Send(new DeltaMessage { Id = chat.Id, Seq = 1, Content = "begun" });
        var id = await Leave(mac);
        await mac.Current!.Ended;

        // Its reply comes behind everything that was said before it.
        await mac.Use((live, token) => live.Models(token), Cancellation);
        Assert.Equal([id, id], cancelled);
    }

    [Fact]
    public async Task A_cancel_that_the_mac_has_heard_is_not_sent_again()
    {
        await using var phone = NewPhone();
        await using var mac = phone.Connect(_mac.Link);
        var cancelled = new List<string?>();
        _mac.OnCancel = (peer, cancel) =>
        {
            cancelled.Add(cancel.Id);
            peer.Send(new ErrorMessage { Id = cancel.Id, Seq = 2, Code = ErrorCode.Cancelled });
        };
        _mac.OnChat = (peer, chat) => peer.Send(new DeltaMessage { Id = chat.Id, Seq = 1, Content = "begun" });
        var id = await Leave(mac);
        await mac.Use((live, token) => live.Models(token), Cancellation);
        _mac.Phone.Vanish();
        await mac.Current!.Ended;
        await mac.Use((live, token) => live.Models(token), Cancellation);
        Assert.Equal([id], cancelled);
    }

    [Fact]
    public async Task Many_callers_share_one_session_and_one_reconnection()
    {
        await using var phone = NewPhone();
        await using var mac = phone.Connect(_mac.Link);
        var waiting = 0;
        _mac.OnChat = (peer, _) =>
        {
            if (++waiting == 8)
            {
                peer.Vanish();
            }
        };
        _mac.OnResume = Resume;
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => mac.Ask(new ChatMessage { Prompt = "x" }, Cancellation).ToListAsync(Cancellation).AsTask()));
        Assert.All(answers, answer => Assert.IsType<DoneMessage>(answer[^1]));
        Assert.Equal(2, _mac.Modes.Count);
    }

    /// <summary>Asks, and leaves after the first entry; gives the chat's id.</summary>
    private static async Task<string?> Leave(MacConnection mac)
    {
        await foreach (var message in mac.Ask(new ChatMessage { Prompt = "x" }, Cancellation))
        {
            return message.Id;
        }

        return null;
    }

    private void SendUntil(TestMacPhone peer, ChatMessage chat, int cut)
    {
        _asked.Add(chat);
        Send(peer, chat.Id!, 1, cut);
        if (cut < Tokens)
        {
            peer.Vanish();
            return;
        }

        peer.Send(new DoneMessage { Id = chat.Id, Seq = Tokens + 1, Reason = DoneReason.Stop });
    }

    private void Resume(TestMacPhone peer, ResumeMessage resume)
    {
        _resumedAfter.Add(resume.After);
        Send(peer, resume.Id!, resume.After + 1, Tokens);
        peer.Send(new DoneMessage { Id = resume.Id, Seq = Tokens + 1, Reason = DoneReason.Stop });
    }

    private static void Send(TestMacPhone peer, string id, long first, long last)
    {
        for (var seq = first; seq <= last; seq++)
        {
            peer.Send(new DeltaMessage { Id = id, Seq = seq, Content = Word((int)seq) });
        }
    }

    private static string Word(int number) => $"{number} ";

    private Phone NewPhone() => new(new PhoneOptions
    {
        Name = "Test phone",
        StorePath = Path.Combine(_folder.Path, "pairings.json"),
        HttpHandler = _mac,
        Rtc = new QuicPair.Rtc.Sockets.RtcHostOptions { Address = IPAddress.Loopback },
    });
}
