using QuicPair.Grains.Interfaces;
using QuicPair.Noise;
using QuicPair.Protocol;
using QuicPair.Silo.Answers;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Phones;

namespace QuicPair.Silo.Tests.Phones;

public sealed class LiveSessionTests : IDisposable
{
    private readonly SessionDesk _desk = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _desk.Dispose();

    [Fact]
    public async Task The_published_messages_work_to_the_letter()
    {
        using var phone = await _desk.ConnectPaired(_desk.Pair());

        await phone.Send("""{"op":"chat","model":"m","prompt":"Hello, how are you?","stream":true}""");
        var script = await _desk.Runner.Begun();
        Assert.Equal("Hello, how are you?", Assert.Single(script.Chat.Messages).Content);
        script.Say("I'm");
        Assert.Equal("""{"op":"delta","content":"I'm"}""", await phone.Next());
        script.Say(" doing");
        Assert.Equal("""{"op":"delta","content":" doing"}""", await phone.Next());
        script.Finish();
        Assert.Equal("""{"op":"done"}""", await phone.Next());

        await phone.Send("""{"op":"ping"}""");
        Assert.Equal("""{"op":"pong"}""", await phone.Next());
        await phone.Send("""{"op":"chat","model":"qwen2.5:3b","prompt":"hi"}""");
        Assert.StartsWith(
            """{"op":"error","code":"model_not_found","message":""", await phone.Next(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_chat_without_id_at_a_time_and_it_ends_with_its_channel()
    {
        using var phone = await _desk.ConnectPaired(_desk.Pair());
        await phone.Send("""{"op":"chat","prompt":"one"}""");
        var script = await _desk.Runner.Begun();
        await phone.Send("""{"op":"chat","prompt":"two"}""");
        Assert.Contains("\"busy\"", await phone.Next(), StringComparison.Ordinal);

        phone.Channel.Close();
        await phone.Run;

        Assert.True(script.Cancelled.IsCancellationRequested);
    }

    [Fact]
    public async Task A_Mac_that_moved_asks_for_a_restart_once_the_phone_is_live()
    {
        var record = _desk.Pair();
        using var phone = await _desk.Connect(record.Psk, null, record, _desk.Phone);
        phone.Session.AskForRestart();
        await phone.Ping();
        Assert.Equal("pong frame", await phone.Next());
        phone.Session.AskForRestart();

        Assert.Equal("""{"op":"restart"}""", await phone.Next());
    }

    [Fact]
    public async Task An_answer_outlives_its_connection_and_is_resumed()
    {
        var record = _desk.Pair();
        using var phone = await _desk.ConnectPaired(record);
        await phone.Send("""{"op":"chat","id":"c1","prompt":"one"}""");
        var script = await _desk.Runner.Begun();
        _desk.Time.Advance(AnswerLimits.StageAfter);
        Assert.Contains("\"status\"", await phone.Next(), StringComparison.Ordinal);
        script.Say("a");
        Assert.Equal("""{"op":"delta","id":"c1","seq":1,"content":"a"}""", await phone.Next());
        phone.Channel.Close();
        await phone.Run;
        script.Say("b");

        using var again = await _desk.ConnectPaired(record);
        await again.Send("""{"op":"resume","id":"c1","after":1}""");
        Assert.Equal("""{"op":"delta","id":"c1","seq":2,"content":"b"}""", await again.Next());
        script.Finish();

        Assert.StartsWith("""{"op":"done","id":"c1","seq":3""", await again.Next(), StringComparison.Ordinal);
        await again.Send("""{"op":"resume","id":"nope","after":0}""");
        Assert.StartsWith(
            """{"op":"error","id":"nope","for":"resume","code":"not_found""", await again.Next(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_models_and_refuses_what_it_does_not_know()
    {
        using var phone = await _desk.ConnectPaired(_desk.Pair());

        await phone.Send("""{"op":"models","id":"m1"}""");
        Assert.Equal(
            """{"op":"models","id":"m1","models":[{"name":"m","size":1,"loaded":true,"remote":false,"""
            + "\"capabilities\":[]}]}",
            await phone.Next());
        await phone.Send("""{"op":"rm"}""");
        Assert.Contains("\"for\":\"rm\",\"code\":\"unknown_op\"", await phone.Next(), StringComparison.Ordinal);
        await phone.Send("""{"op":"chat","id":"x","id":"y","prompt":"hi"}""");
        Assert.Contains("\"bad_request\"", await phone.Next(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_live_session_takes_the_place_of_the_old()
    {
        var record = _desk.Pair();
        using var first = await _desk.ConnectPaired(record);
        using var second = await _desk.ConnectPaired(record);

        await first.UntilEnd();

        Assert.Equal(CloseCode.Normal, first.Closed);
        Assert.Same(second.Session, _desk.Parts.Live.Find(record.Id));
        Assert.Equal(1, _desk.Parts.Live.Count);
    }

    [Fact]
    public async Task A_device_that_was_revoked_after_its_handshake_never_becomes_live()
    {
        var record = _desk.Pair();
        using var phone = await _desk.Connect(record.Psk, null, record, _desk.Phone);
        await _desk.Keys.Delete(DeviceId.Parse(record.Id));

        await phone.Ping();
        await phone.UntilEnd();

        Assert.False(phone.Session.Live.IsCompleted);
        Assert.Equal(0, _desk.Parts.Live.Count);
    }

    [Fact]
    public async Task Another_phones_key_gets_an_answer_that_leads_nowhere()
    {
        var record = _desk.Pair();
        using var other = KeyPair.Generate(RandomKeySource.Instance);
        var (phone, terms) = _desk.Connect(null, record);

        Assert.False(await phone.Handshake(terms, other, _desk.Keys.Mac.PublicKey.ToArray(), record.Psk));
        phone.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(608)]
    [InlineData(609)]
    [InlineData(610)]
    public async Task A_first_message_that_is_no_handshake_gets_one_alert(int length)
    {
        var (phone, _) = _desk.Connect(_desk.Invite());
        var message = new byte[length];
        if (length > 0) message[0] = 1;

        await phone.Channel.FromPhone(message);

        Assert.Equal((byte[])[0x7F, 1], await phone.Channel.Next());
        Assert.Null(await phone.Channel.Next());
        phone.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Garbage_after_the_handshake_ends_the_session_without_a_word(bool text)
    {
        using var phone = await _desk.ConnectPaired(_desk.Pair());

        await phone.Channel.FromPhone("""{"op":"ping"}"""u8.ToArray(), text);

        Assert.Null(await phone.Next());
        Assert.Null(phone.Closed);

        // What it threw, the host would log.
        await phone.Run;
    }

    [Fact]
    public async Task Nothing_is_encrypted_while_the_channel_is_full_and_a_phone_that_never_reads_is_left()
    {
        using var phone = await _desk.ConnectPaired(_desk.Pair());
        await phone.Send("""{"op":"chat","id":"c1","prompt":"one"}""");
        var script = await _desk.Runner.Begun();
        phone.Channel.IsHeld = true;
        for (var i = 0; i < 600; i++) script.Say(new string('x', 1024));
        script.Finish();
        while (!_desk.Answers.Find(phone.Session.Device, "c1")!.IsEnded) await Task.Yield();
        await phone.Send("""{"op":"ping"}""");

        while (!phone.Run.IsCompleted)
        {
            Cancellation.ThrowIfCancellationRequested();
            _desk.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.InRange(phone.Channel.BufferedAmount, 200_000, 300_000);
    }

    [Fact]
    public async Task Eight_replies_of_a_mebibyte_wait_for_a_phone_whose_path_stalls()
    {
        using var phone = await _desk.ConnectPaired(_desk.Pair());
        phone.Channel.IsHeld = true;
        for (var i = 0; i < 8; i++)
        {
            await phone.Send(
                $$"""{"op":"embed","id":"r{{i}}","model":"m","input":["a","b","c"],"dimensions":65000}""");
        }

        while (_desk.Runner.Asked.Count < 8)
        {
            Cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        // The session takes it behind the replies that wait by then, and only while it is not closed.
        await phone.Send("""{"op":"chat","id":"c1","prompt":"one"}""");
        var script = await _desk.Runner.Begun();
        script.Say("a");
        script.Finish();
        phone.Channel.Release();
        var heard = new List<string>();
        while (heard.Count < 10 && await phone.Next() is { } message) heard.Add(message);

        Assert.Equal(
            8, heard.Count(message => message.StartsWith("""{"op":"embeddings",""", StringComparison.Ordinal)));
        Assert.Contains(heard, message => message.StartsWith("""{"op":"done",""", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_phone_that_does_not_read_holds_up_an_ordinary_close_for_one_second()
    {
        var time = new WatchedTime();
        using var desk = new SessionDesk(time: time);
        using var phone = await desk.ConnectPaired(desk.Pair());
        await phone.Send("""{"op":"chat","id":"c1","prompt":"one"}""");
        var script = await desk.Runner.Begun();
        phone.Channel.IsHeld = true;
        for (var i = 0; i < 600; i++) script.Say(new string('x', 1024));
        script.Finish();
        while (!desk.Answers.Find(phone.Session.Device, "c1")!.IsEnded
            || phone.Channel.BufferedAmount < PhoneTimings.MaxBuffered)
        {
            Cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        time.Forget();
        phone.Session.Close(CloseCode.Normal);
        await time.Begun(PhoneTimings.Flush);
        time.Advance(PhoneTimings.Flush - TimeSpan.FromMilliseconds(1));
        Assert.False(phone.Session.Ended.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        // The clock stands still from here on: the second is not waited for twice.
        await phone.Run;
        Assert.Null(desk.Parts.Live.Find(phone.Session.Device));
    }

    [Fact]
    public async Task A_handshake_that_does_not_come_is_not_waited_for()
    {
        var (phone, _) = _desk.Connect(_desk.Invite());

        while (!phone.Run.IsCompleted)
        {
            Cancellation.ThrowIfCancellationRequested();
            _desk.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Null(await phone.Channel.Next());
        phone.Dispose();
    }
}
