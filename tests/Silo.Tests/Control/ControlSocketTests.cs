using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;
using QuicPair.Protocol;
using QuicPair.Silo.Control;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Pairing;
using QuicPair.Silo.Requests;
using QuicPair.Silo.Tests.Keys;

namespace QuicPair.Silo.Tests.Control;

public sealed class ControlSocketTests : IAsyncLifetime
{
    private readonly TemporaryFolder _temporary = new();
    private readonly OwnerConfirmations _confirmations = new(TimeProvider.System);
    private readonly DataFolder _folder;
    private readonly KeyStore _keys;
    private readonly DeviceDesk _devices;
    private readonly ControlDesk _desk;
    private readonly ControlSocket _socket;

    public ControlSocketTests()
    {
        _folder = _temporary.Open();
        _keys = KeyStore.Open(_folder, TimeProvider.System);
        _devices = new DeviceDesk(_keys, _ => false, new PairingNews(), TimeProvider.System);
        var places = new LinkPlaces(["http://mac.local:8443", "http://localhost:8443"], ThisNetworkOnly: true);
        _desk = new ControlDesk(
            _keys, _devices, new Inviter(_keys, () => places), _confirmations, new BusyMac(), new NoPeers(),
            new PairingNews(), TimeProvider.System);
        _socket = new ControlSocket(_folder, _desk, NullLogger<ControlSocket>.Instance);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _socket.StartAsync(Cancellation);

    public async ValueTask DisposeAsync()
    {
        await _socket.StopAsync(CancellationToken.None);
        _socket.Dispose();
        _keys.Dispose();
        _folder.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public async Task Pair_makes_an_invitation_and_its_links()
    {
        var reply = await Ask("""{"op":"pair","confirm":true}""");

        Assert.True(reply.GetProperty("ok").GetBoolean());
        Assert.Equal(_keys.MacId, reply.GetProperty("macId").GetString());
        Assert.True(reply.GetProperty("thisNetworkOnly").GetBoolean());
        Assert.False(reply.GetProperty("thisMachineOnly").GetBoolean());
        var text = reply.GetProperty("links")[0].GetString()!;
        Assert.StartsWith("http://mac.local:8443/p#1.", text, StringComparison.Ordinal);
        Assert.True(PairingLink.TryParse(text, out var link, out string _));
        Assert.Equal(LinkFlags.OwnerMustConfirm, link.Flags);
        Assert.NotNull(_keys.Find(KeySchedule.DeviceId(link.Secret)).Invitation);
    }

    [Fact]
    public async Task Says_who_used_an_invitation_and_which_digits_it_shows()
    {
        var device = (await Ask("""{"op":"pair"}""")).GetProperty("device").GetString()!;
        var ask = $$"""{"op":"paired","device":"{{device}}"}""";
        Assert.False((await Ask(ask)).TryGetProperty("paired", out _));

        _confirmations.Complete(new PairedPhone("another", "Eve", "999999"));
        Assert.False((await Ask(ask)).TryGetProperty("paired", out _));
        _confirmations.Complete(new PairedPhone(device, "Ada", "012345"));

        Assert.Equal(
            $$"""{"device":"{{device}}","name":"Ada","code":"012345"}""",
            (await Ask(ask)).GetProperty("paired").GetRawText());
    }

    [Fact]
    public async Task Lists_renames_and_revokes_devices()
    {
        var id = Pair();

        var renamed = await Ask($$"""{"op":"rename","device":"{{id}}","name":"Tablet"}""");
        Assert.True(renamed.GetProperty("ok").GetBoolean());
        var device = (await Ask("""{"op":"devices"}""")).GetProperty("devices")[0];
        Assert.Equal(id, device.GetProperty("device").GetString());
        Assert.Equal("Tablet", device.GetProperty("name").GetString());
        Assert.True((await Ask("""{"op":"revoke","device":"Tablet"}""")).GetProperty("ok").GetBoolean());
        Assert.Equal("not_found", (await Ask("""{"op":"revoke","device":"Tablet"}""")).GetProperty("code").GetString());
        Assert.Empty((await Ask("""{"op":"devices"}""")).GetProperty("devices").EnumerateArray());
    }

    [Fact]
    public async Task Says_which_devices_have_the_name_that_is_not_enough()
    {
        string[] ids = [Pair(), Pair()];

        var reply = await Ask("""{"op":"revoke","device":"phone"}""");
        var message = reply.GetProperty("message").GetString()!;
        Assert.StartsWith("More than one paired device has that name", message, StringComparison.Ordinal);
        Assert.All(ids, id => Assert.Contains(id, message, StringComparison.Ordinal));
        reply = await Ask("""{"op":"revoke","device":"nobody"}""");
        Assert.Equal("No paired device has that id or name.", reply.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Sets_what_a_device_may_do_and_shows_it()
    {
        var id = Pair();

        var set = await Ask(
            $$"""{"op":"set","device":"{{id}}","role":"guest","models":["m"],"pull":true,"""
            + "\"tokensPerDay\":9,\"expires\":2000000000}");

        Assert.True(set.GetProperty("ok").GetBoolean());
        var device = (await Ask("""{"op":"devices"}""")).GetProperty("devices")[0];
        Assert.Equal(
            ("guest", "[\"m\"]", true, false, 9, 0, 2000000000),
            (device.GetProperty("role").GetString(), device.GetProperty("models").GetRawText(),
                device.GetProperty("pull").GetBoolean(), device.GetProperty("unload").GetBoolean(),
                device.GetProperty("tokensPerDay").GetInt32(), device.GetProperty("tokensToday").GetInt32(),
                device.GetProperty("expires").GetInt32()));
    }

    [Theory]
    [InlineData("""{"op":"set","device":"phone","role":"root"}""", "bad_request")]
    [InlineData("""{"op":"set","device":"phone","tokensPerDay":-1}""", "bad_request")]
    [InlineData("""{"op":"set","device":"phone","models":[""]}""", "bad_request")]
    [InlineData("""{"op":"set","device":"phone"}""", "bad_request")]
    [InlineData("""{"op":"set","device":"nobody","role":"guest"}""", "not_found")]
    public async Task Sets_nothing_else(string line, string code)
    {
        var id = Pair();

        Assert.Equal(code, (await Ask(line)).GetProperty("code").GetString());
        Assert.Null(_keys.Find(id).Record!.Rights);
    }

    [Fact]
    public async Task The_owner_accepts_the_six_digits()
    {
        var asked = _confirmations.Ask("aaaaaaaaaaaaaaaa", "phone", "042917", Cancellation);

        var waiting = (await Ask("""{"op":"confirmations"}""")).GetProperty("confirmations")[0];
        Assert.Equal("042917", waiting.GetProperty("code").GetString());
        await Ask("""{"op":"confirm","device":"aaaaaaaaaaaaaaaa","code":"042917","accept":true}""");

        Assert.True(await asked);
        Assert.Empty(_confirmations.Waiting);
    }

    [Fact]
    public async Task Says_how_the_daemon_does()
    {
        Pair();
        var reply = await Ask("""{"op":"status"}""");

        Assert.Equal(
            (true, _keys.MacId, "mac"),
            (reply.GetProperty("ok").GetBoolean(), reply.GetProperty("macId").GetString(),
                reply.GetProperty("mac").GetString()));
        var said = reply.GetProperty("status").EnumerateObject()
            .ToDictionary(field => field.Name, field => field.Value.GetRawText());
        var version = typeof(ControlDesk).Assembly.GetName().Version!.ToString(3);
        Assert.True(said.Remove("uptimeSeconds", out var uptime) && long.Parse(uptime) >= 0);
        var expected = new Dictionary<string, string>
        {
            ["version"] = $"\"{version}\"",
            ["runner"] = "\"busy\"",
            ["runnerAnswers"] = "false",
            ["models"] = """["a","b"]""",
            ["loaded"] = """["b"]""",
            ["running"] = "1",
            ["waiting"] = "2",
            ["tokensPerSecond"] = "3.5",
            ["connected"] = "4",
            ["paired"] = "1",
        };
        Assert.Equal(expected, said);
    }

    [Theory]
    [InlineData("not json", "bad_request")]
    [InlineData("[]", "bad_request")]
    [InlineData("""{"op":"rm -rf"}""", "unknown_op")]
    public async Task Refuses_what_it_does_not_know(string line, string code) =>
        Assert.Equal(code, (await Ask(line)).GetProperty("code").GetString());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_to_follow_an_answer_follows_also_when_nobody_waits_for_it_any_more(bool isStopped)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource<ControlReply?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var followed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _desk.Household = _ =>
        {
            asked.SetResult();
            return answer.Task;
        };
        using (await Send("{}"))
        {
            await asked.Task.WaitAsync(Cancellation);
            if (isStopped) await _socket.StopAsync(Cancellation);
        }

        answer.SetResult(new ControlReply { Afterwards = followed.SetResult });
        await followed.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancellation); // the minute only ends a hang
    }

    [Fact]
    public void Only_the_owner_may_open_it() => Assert.Equal(
        UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.Socket));

    private string Pair()
    {
        var invitation = _keys.Invite(TimeSpan.FromSeconds(60), LinkFlags.None);
        var pending = new DeviceRecord(
            invitation.Device, new byte[32], new byte[32], new byte[32], "phone", IsPaired: false,
            TimeProvider.System.GetUtcNow());
        _keys.Claim(invitation, pending);
        _keys.Commit(pending);
        return pending.Id;
    }

    private async Task<JsonElement> Ask(string line)
    {
        using var socket = await Send(line);
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        return JsonElement.Parse((await reader.ReadLineAsync(Cancellation))!);
    }

    private async Task<Socket> Send(string line)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_folder.Socket), Cancellation);
        await socket.SendAsync(Encoding.UTF8.GetBytes(line + "\n"), SocketFlags.None, Cancellation);
        return socket;
    }

    private sealed class NoPeers : IPeerHost
    {
        public bool IsDraining { get; set; }

        public Task<OfferReply> Answer(OfferEnvelope offer, CancellationToken cancellation) =>
            Task.FromResult(OfferReply.Reject(OfferProblem.Overloaded));

        public PeerPresence? Presence(DeviceId device) => null;

        public Task CloseRevoked(DeviceId device) => Task.CompletedTask;
    }

    private sealed class BusyMac : IMacStatus
    {
        public string Name => "mac";

        public string Runner => "busy";

        public bool IsRunnerSilent => true;

        public IReadOnlyList<string> Models => ["a", "b"];

        public IReadOnlyList<string> Loaded => ["b"];

        public int Running => 1;

        public int Waiting => 2;

        public double? TokensPerSecond => 3.5;

        public int Connected => 4;
    }
}
