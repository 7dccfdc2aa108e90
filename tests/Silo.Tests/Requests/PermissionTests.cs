using QuicPair.Grains.Interfaces;
using QuicPair.Protocol.Messages.Devices;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Requests;
using QuicPair.Silo.Runners;
using QuicPair.Silo.Tests.Answers;
using QuicPair.Silo.Tests.Phones;

namespace QuicPair.Silo.Tests.Requests;

public sealed class PermissionTests : IDisposable
{
    private readonly SessionDesk _desk = new(new RunnerOptions { Pull = { "*" } });

    public PermissionTests() => _desk.Runner.Models.Add(new ModelCard("n", 2, false, Remote: false, []));

    public void Dispose() => _desk.Dispose();

    [Theory]
    [InlineData("load a model", """{"op":"load","id":"r1","model":"m"}""")]
    [InlineData("unload a model", """{"op":"unload","id":"r1","model":"m"}""")]
    [InlineData("pull a model", """{"op":"pull","id":"r1","model":"m"}""")]
    [InlineData("see the devices", """{"op":"devices","id":"r1"}""")]
    [InlineData("remove a device", """{"op":"device_revoke","id":"r1","device":"SELF"}""")]
    [InlineData("make itself the owner", """{"op":"device_set","id":"r1","device":"SELF","role":"owner"}""")]
    public async Task A_guest_may_not(string what, string request)
    {
        await Refused(new DeviceRights { Role = DeviceRole.Guest }, request);
        Assert.NotEmpty(what);
    }

    [Theory]
    [InlineData("pull a model", """{"op":"pull","id":"r1","model":"m"}""")]
    [InlineData("see the devices", """{"op":"devices","id":"r1"}""")]
    [InlineData("remove a device", """{"op":"device_revoke","id":"r1","device":"SELF"}""")]
    [InlineData("raise its limit", """{"op":"device_set","id":"r1","device":"SELF","tokens_per_day":0}""")]
    public async Task A_user_may_not(string what, string request)
    {
        await Refused(DeviceRights.Default, request);
        Assert.NotEmpty(what);
    }

    [Theory]
    [InlineData("""{"op":"chat","id":"r1","prompt":"hi"}""")]
    [InlineData("""{"op":"resume","id":"r1","after":0}""")]
    [InlineData("""{"op":"models","id":"r1"}""")]
    [InlineData("""{"op":"running","id":"r1"}""")]
    [InlineData("""{"op":"show","id":"r1","model":"m"}""")]
    [InlineData("""{"op":"embed","id":"r1","model":"m","input":["a"]}""")]
    [InlineData("""{"op":"load","id":"r1","model":"m"}""")]
    [InlineData("""{"op":"unload","id":"r1","model":"m"}""")]
    [InlineData("""{"op":"pull","id":"r1","model":"m"}""")]
    [InlineData("""{"op":"devices","id":"r1"}""")]
    [InlineData("""{"op":"device_set","id":"r1","device":"SELF","expires":0}""")]
    [InlineData("""{"op":"device_revoke","id":"r1","device":"SELF"}""")]
    public async Task After_its_expiry_a_device_may_nothing(string request)
    {
        var now = _desk.Time.GetUtcNow().ToUnixTimeSeconds();
        await Refused(new DeviceRights { Role = DeviceRole.Owner, Expires = now }, request);
    }

    [Theory]
    [InlineData("""{"op":"chat","id":"r1","model":"n","prompt":"hi"}""")]
    [InlineData("""{"op":"show","id":"r1","model":"n"}""")]
    [InlineData("""{"op":"load","id":"r1","model":"n"}""")]
    [InlineData("""{"op":"unload","id":"r1","model":"n"}""")]
    [InlineData("""{"op":"embed","id":"r1","model":"n","input":["a"]}""")]
    public async Task A_model_that_is_not_on_its_list(string request) =>
        await Refused(new DeviceRights { Models = ["m"] }, request);

    [Fact]
    public async Task It_neither_sees_nor_gets_another_model_by_default()
    {
        _desk.Runner.Loaded.Add("n");
        using var phone = await Connect(new DeviceRights { Models = ["n"] });

        await phone.Send("""{"op":"models"}""");
        Assert.Equal(
            """{"op":"models","models":[{"name":"n","size":2,"loaded":false,"remote":false,"capabilities":[]}]}""",
            await phone.Next());
        await phone.Send("""{"op":"running","id":"r1"}""");
        Assert.Equal("""{"op":"running","id":"r1","models":[{"name":"n"}]}""", await phone.Next());
        await phone.Send("""{"op":"chat","id":"c1","prompt":"hi"}""");
        Assert.Equal("n", (await _desk.Runner.Begun()).Chat.Model);
    }

    [Fact]
    public async Task Without_a_model_on_its_list_a_chat_that_names_none_has_none()
    {
        using var phone = await Connect(new DeviceRights { Models = ["gone"] });

        await phone.Send("""{"op":"chat","id":"c1","prompt":"hi"}""");

        Assert.StartsWith(
            """{"op":"error","id":"c1","seq":1,"code":"model_not_found",""", await Until(phone, "\"op\":\"error\""),
            StringComparison.Ordinal);
        Assert.False(_desk.Runner.HasBegun);
    }

    [Fact]
    public async Task After_its_expiry_a_device_may_still_cancel_what_runs_and_say_that_it_is_there()
    {
        var record = _desk.Pair();
        using var phone = await _desk.ConnectPaired(record);
        await phone.Send("""{"op":"chat","id":"c1","prompt":"hi"}""");
        await _desk.Runner.Begun();
        var now = _desk.Time.GetUtcNow().ToUnixTimeSeconds();
        _desk.Keys.Change(record.Id, stored => stored with { Rights = new DeviceRights { Expires = now } });

        await phone.Send("""{"op":"ping","id":"p1"}""");
        Assert.Equal("""{"op":"pong","id":"p1"}""", await phone.Next());
        await phone.Send("""{"op":"cancel","id":"c1"}""");
        Assert.StartsWith(
            """{"op":"error","id":"c1","seq":1,"code":"cancelled",""", await phone.Next(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unloading_can_be_forbidden_and_pulling_allowed()
    {
        using var phone = await Connect(new DeviceRights { Pull = true, Unload = false });

        await phone.Send("""{"op":"unload","id":"r1","model":"m"}""");
        Assert.Contains("\"not_allowed\"", await phone.Next(), StringComparison.Ordinal);
        await phone.Send("""{"op":"pull","id":"r2","model":"x"}""");
        Assert.Equal("""{"op":"pulled","id":"r2","model":"x"}""", await phone.Next());
    }

    [Fact]
    public async Task The_days_tokens_run_out_outlive_a_restart_and_come_back_tomorrow()
    {
        var record = _desk.Pair();
        _desk.Keys.Change(record.Id, stored => stored with { Rights = new DeviceRights { TokensPerDay = 2 } });
        using (var phone = await _desk.ConnectPaired(record))
        {
            await phone.Send("""{"op":"chat","id":"c1","prompt":"hi","options":{"num_predict":100}}""");
            var script = await _desk.Runner.Begun();
            Assert.Equal(1, script.Chat.Options.MaxTokens);
            script.Say("a");
            script.Finish();
            while (!(await phone.Next())!.Contains("done", StringComparison.Ordinal))
            {
            }

            await NotAllowed(phone, "c2");
        }

        _desk.Restart();
        using var again = await _desk.ConnectPaired(record);
        await NotAllowed(again, "c3");
        _desk.Time.Advance(TimeSpan.FromDays(1));
        using var tomorrow = await _desk.ConnectPaired(record);
        await tomorrow.Send("""{"op":"chat","id":"c4","prompt":"hi"}""");
        await _desk.Runner.Begun();
    }

    [Fact]
    public async Task Chats_at_the_same_time_share_what_is_left_of_the_day()
    {
        using var phone = await Connect(new DeviceRights { TokensPerDay = 10 });
        await phone.Send("""{"op":"chat","id":"c1","prompt":"hi","options":{"num_predict":6}}""");
        var first = await _desk.Runner.Begun();
        await phone.Send("""{"op":"chat","id":"c2","prompt":"hi"}""");
        await phone.Send("""{"op":"chat","id":"c3","prompt":"hi"}""");

        Assert.StartsWith(
            """{"op":"error","id":"c3","code":"busy",""", await Until(phone, "c3"), StringComparison.Ordinal);
        Assert.Equal(6, first.Chat.Options.MaxTokens);
        first.Finish();
        var second = await _desk.Runner.Begun();

        // Each prompt is one token.
        Assert.Equal(2, second.Chat.Options.MaxTokens);

        // Both took two.
        second.Finish();
        await Until(phone, "\"op\":\"done\",\"id\":\"c2\"");
        await phone.Send("""{"op":"chat","id":"c4","prompt":"hi"}""");
        Assert.Equal(3, (await _desk.Runner.Begun()).Chat.Options.MaxTokens);
    }

    [Theory]
    [InlineData("its model taken away")]
    [InlineData("its access ended")]
    [InlineData("its tokens used up")]
    [InlineData("its device removed")]
    public async Task A_chat_that_waited_is_not_run_when_it_is_not_allowed_any_more(string change)
    {
        var record = _desk.Pair();
        using var phone = await _desk.ConnectPaired(record);
        var first = await BeginOneAndQueueAnother(phone);

        var now = _desk.Time.GetUtcNow().ToUnixTimeSeconds();
        var rights = change switch
        {
            "its model taken away" => new DeviceRights { Models = ["n"] },
            "its access ended" => new DeviceRights { Expires = now },
            _ => new DeviceRights { TokensPerDay = 4 },
        };
        _desk.Keys.Change(record.Id, stored => stored with { Rights = rights });
        if (change == "its device removed") _desk.Keys.Delete(DeviceId.Parse(record.Id), here: true);
        first.Finish();

        Assert.StartsWith(
            """{"op":"error","id":"c2","seq":1,"code":"not_allowed",""", await Until(phone, "\"id\":\"c2\""),
            StringComparison.Ordinal);
        Assert.False(_desk.Runner.HasBegun);
    }

    [Fact]
    public async Task A_chat_that_waited_takes_no_more_than_is_left_when_its_turn_comes()
    {
        var record = _desk.Pair();
        using var phone = await _desk.ConnectPaired(record);
        var first = await BeginOneAndQueueAnother(phone);

        _desk.Keys.Change(record.Id, stored => stored with { Rights = new DeviceRights { TokensPerDay = 10 } });
        first.Finish();

        // The first took three, the prompt takes one.
        Assert.Equal(6, (await _desk.Runner.Begun()).Chat.Options.MaxTokens);
    }

    [Fact]
    public void Tokens_that_a_full_disk_does_not_take_count_and_are_written_with_the_next()
    {
        var device = _desk.Pair().Id;
        _desk.Keys.Change(device, stored => stored with { Rights = new DeviceRights { TokensPerDay = 9 } });
        var ledger = new TokenLedger(_desk.Keys, _desk.Time);
        var blocker = Directory.CreateDirectory(Path.Combine(_desk.Folder, "keys.new"));

        ledger.Add(device, 3);

        Assert.Equal(3, ledger.Today(device));
        blocker.Delete();
        ledger.Add(device, 1);
        Assert.Equal(4, new TokenLedger(_desk.Keys, _desk.Time).Today(device));
    }

    [Fact]
    public async Task Embeddings_take_tokens_of_the_day_too()
    {
        using var phone = await Connect(new DeviceRights { TokensPerDay = 2 });

        await phone.Send("""{"op":"embed","id":"r1","model":"m","input":["a","b"]}""");
        Assert.StartsWith("""{"op":"embeddings","id":"r1",""", await phone.Next(), StringComparison.Ordinal);
        await NotAllowed(phone, "c1");
    }

    [Fact]
    public async Task An_owners_device_changes_what_others_may_at_once_and_for_good()
    {
        var guest = _desk.Pair();
        using var other = await _desk.ConnectPaired(guest);
        using var owner = await _desk.ConnectPaired(_desk.PairOwner());

        await owner.Send(
            $$"""{"op":"device_set","id":"r1","device":"{{guest.Id}}","name":"Ann","role":"guest","""
            + "\"models\":[\"n\"],\"tokens_per_day\":9}");
        Assert.Equal(
            $$"""{"op":"devices","id":"r1","devices":[{"device":"{{guest.Id}}","name":"Ann","role":"guest","""
            + "\"models\":[\"n\"],\"pull\":false,\"unload\":false,\"tokens_per_day\":9,\"tokens_today\":0,"
            + "\"expires\":0,\"since\":1800000000,\"connected\":true}]}",
            await owner.Next());
        await other.Send("""{"op":"chat","id":"c1","model":"m","prompt":"hi"}""");
        Assert.Contains("\"not_allowed\"", await other.Next(), StringComparison.Ordinal);

        await owner.Send("""{"op":"device_set","id":"r2","device":"aaaaaaaaaaaaaaaa","role":"user"}""");
        Assert.Contains("\"not_found\"", await owner.Next(), StringComparison.Ordinal);
        await owner.Send("""{"op":"devices","id":"r3"}""");
        Assert.Contains("\"name\":\"Ann\"", await owner.Next(), StringComparison.Ordinal);
        _desk.Restart();
        Assert.Equal(["n"], _desk.Keys.Find(guest.Id).Record!.Rights!.Models);
    }

    [Fact]
    public async Task An_owners_device_removes_another_which_is_told_and_never_admitted_again()
    {
        var guest = _desk.Pair();
        using var other = await _desk.ConnectPaired(guest);
        using var owner = await _desk.ConnectPaired(_desk.PairOwner());

        await owner.Send($$"""{"op":"device_revoke","id":"r1","device":"{{guest.Id}}"}""");

        Assert.Equal($$"""{"op":"device_revoked","id":"r1","device":"{{guest.Id}}"}""", await owner.Next());
        Assert.StartsWith("""{"op":"error","code":"revoked",""", await other.Next(), StringComparison.Ordinal);
        await other.Run;
        Assert.Null(_desk.Keys.Find(guest.Id).Record);
        await owner.Send($$"""{"op":"device_revoke","id":"r2","device":"{{guest.Id}}"}""");
        Assert.Contains("\"not_found\"", await owner.Next(), StringComparison.Ordinal);
        _desk.Restart();
        Assert.Null(_desk.Keys.Find(guest.Id).Record);
    }

    [Theory]
    [InlineData("device_set", ",\"name\":\"Ann\"", "\"op\":\"devices\"")]
    [InlineData("device_revoke", "", "\"op\":\"device_revoked\"")]
    public async Task A_change_that_the_disk_does_not_take_is_told_and_can_be_asked_again(
        string op, string field, string done)
    {
        var guest = _desk.Pair();
        using var owner = await _desk.ConnectPaired(_desk.PairOwner());
        var blocker = Directory.CreateDirectory(Path.Combine(_desk.Folder, "keys.new"));
        var request = $"{{\"op\":\"{op}\",\"id\":\"r1\",\"device\":\"{guest.Id}\"{field}}}";

        await owner.Send(request);
        Assert.Equal(
            $"{{\"op\":\"error\",\"id\":\"r1\",\"for\":\"{op}\",\"code\":\"busy\",\"message\":"
            + "\"The keys cannot be written; is the disk of the data folder full?\"}",
            await owner.Next());
        Assert.Equal("phone", _desk.Keys.Find(guest.Id).Record!.Name);

        blocker.Delete();
        await owner.Send(request);
        Assert.Contains(done, await owner.Next(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_from_afar_is_news_and_one_that_is_refused_is_not()
    {
        var guest = _desk.Pair();
        using var owner = await _desk.ConnectPaired(_desk.PairOwner());
        var heard = new List<string>();
        _desk.Parts.News.Listener = heard.Add;

        await owner.Send($$"""{"op":"device_set","id":"r1","device":"{{guest.Id}}","name":"\u0007"}""");
        Assert.Equal(
            """{"op":"error","id":"r1","for":"device_set","code":"bad_request","message":"""
            + "\"That name has nothing that can be shown.\"}",
            await owner.Next());
        Assert.Empty(heard);

        await owner.Send($$"""{"op":"device_set","id":"r2","device":"{{guest.Id}}","name":"Ann"}""");
        Assert.Contains("\"name\":\"Ann\"", await owner.Next(), StringComparison.Ordinal);
        Assert.Equal([guest.Id], heard);
    }

    private static async Task<string> Until(TestPhone phone, string sign)
    {
        while (true)
        {
            var message = await phone.Next();
            Assert.NotNull(message);
            if (message.Contains(sign, StringComparison.Ordinal)) return message;
        }
    }

    private async Task<ScriptedRunner.Script> BeginOneAndQueueAnother(TestPhone phone)
    {
        await phone.Send("""{"op":"chat","id":"c1","model":"m","prompt":"hi"}""");
        var first = await _desk.Runner.Begun();
        await phone.Send("""{"op":"chat","id":"c2","model":"m","prompt":"hi"}""");
        Assert.Equal("""{"op":"queued","id":"c2","position":1}""", await Until(phone, "\"id\":\"c2\""));
        return first;
    }

    private static async Task NotAllowed(TestPhone phone, string id)
    {
        await phone.Send($$"""{"op":"chat","id":"{{id}}","prompt":"hi"}""");
        Assert.StartsWith(
            $$"""{"op":"error","id":"{{id}}","for":"chat","code":"not_allowed",""", await phone.Next(),
            StringComparison.Ordinal);
    }

    private async Task Refused(DeviceRights rights, string request)
    {
        using var phone = await Connect(rights);

        await phone.Send(request.Replace("SELF", phone.Session.Device, StringComparison.Ordinal));

        var reply = await phone.Next();
        Assert.StartsWith("""{"op":"error","id":"r1","for":""", reply, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"not_allowed\"", reply, StringComparison.Ordinal);
        Assert.Empty(_desk.Runner.Asked);
        Assert.False(_desk.Runner.HasBegun);
        Assert.Equal(rights.Role, _desk.Keys.Find(phone.Session.Device).Record!.Rights!.Role);
    }

    private async Task<TestPhone> Connect(DeviceRights rights)
    {
        var record = _desk.Pair();
        _desk.Keys.Change(record.Id, stored => stored with { Rights = rights });
        return await _desk.ConnectPaired(record);
    }
}
