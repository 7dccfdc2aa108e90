using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Cluster.Certificates;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Tests;
using QuicPair.SignalingApi.Fleet;
using Xunit;

namespace QuicPair.SignalingApi.Tests;

public sealed class FleetTests(SharedFrontDoor shared) : IClassFixture<SharedFrontDoor>
{
    private readonly FrontDoor _door = shared.Door;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/api/macs")]
    [InlineData("GET", "/api/macs/events")]
    [InlineData("GET", "/api/anything")]
    [InlineData("GET", "/fleet")]
    [InlineData("GET", "/fleet?token=wrong")]
    [InlineData("POST", "/api/macs/aaaaaaaaaaaaaaaa/devices/bbbbbbbbbbbbbbbb/revoke")]
    public async Task Nothing_of_it_without_the_token(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        var problem = await _door.Http.SendAsync(request, Cancellation).Problem();
        Assert.Equal((401, "unauthorized"), (problem.Status, problem.Code));
    }

    [Fact]
    public async Task The_link_with_the_token_leads_to_the_page()
    {
        using var first = await _door.Http.GetAsync("/fleet?token=" + SharedFrontDoor.Token, Cancellation);
        Assert.Equal((302, "/fleet"), ((int)first.StatusCode, first.Headers.Location?.ToString()));
        var cookie = first.Headers.GetValues("Set-Cookie").Single(text => text.Contains("path=/fleet"));
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/fleet");
        request.Headers.Add("Cookie", cookie.Split(';')[0]);
        using var page = await _door.Http.SendAsync(request, Cancellation);
        Assert.Equal((200, "text/html"), ((int)page.StatusCode, page.Content.Headers.ContentType?.MediaType));
        Assert.Contains(
            "script-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        using var elsewhere = await _door.Http.GetAsync("/p/fleet.html", Cancellation);
        Assert.Equal(404, (int)elsewhere.StatusCode);
    }

    [Fact]
    public async Task A_Mac_that_is_here_tells_of_itself_and_one_that_is_away_is_remembered()
    {
        var device = Sample.NewDevice();
        _door.Mac.Put(device, PairingStage.Paired, "Blue phone");
        _door.Mac.Connect(device);

        // The board may be a second old.
        JsonElement here, shown;
        do
        {
            var macs = (await Read()).GetProperty("macs");
            here = macs.EnumerateArray().Single(mac => mac.GetProperty("mac").GetString() == Envelope.Mac);
            var away = macs.EnumerateArray().Single(mac => mac.GetProperty("mac").GetString() == Envelope.Away);
            Assert.Equal("away", away.GetProperty("state").GetString());
            Assert.False(away.TryGetProperty("devices", out _));
            shown = Find(here, device);
        }
        while (shown.ValueKind == JsonValueKind.Undefined);

        Assert.Equal("here", here.GetProperty("state").GetString());
        Assert.Equal(1, here.GetProperty("running").GetInt32());
        Assert.Equal(2, here.GetProperty("waiting").GetInt32());
        Assert.Matches(@"^\d+\.\d+\.\d+$", here.GetProperty("version").GetString());
        Assert.Matches(@":\d+$", here.GetProperty("address").GetString());
        Assert.DoesNotContain("Blue phone", here.GetRawText(), StringComparison.Ordinal);
        var session = shown.GetProperty("session");
        Assert.Equal("local", session.GetProperty("path").GetString());
        Assert.Equal("idle", session.GetProperty("stage").GetString());
        Assert.Equal(3, session.GetProperty("roundTripMs").GetDouble());
    }

    [Fact]
    public async Task What_changes_is_an_event_and_a_revoked_device_is_gone()
    {
        var device = Sample.NewDevice();
        using var request = Asked(HttpMethod.Get, "/api/macs/events");
        using var response = await _door.Http.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
        await Next(events);

        _door.Mac.Put(device, PairingStage.Paired, "Green phone");
        while (Find(await Next(events), device).ValueKind == JsonValueKind.Undefined)
        {
        }

        var path = $"/api/macs/{Envelope.Mac}/devices/{device}/revoke";
        using var revoke = Asked(HttpMethod.Post, path);
        using var revoked = await _door.Http.SendAsync(revoke, Cancellation);
        Assert.Equal(204, (int)revoked.StatusCode);
        Assert.Contains($"delete {device}", _door.Mac.Asked);
        while (Find(await Next(events), device).ValueKind != JsonValueKind.Undefined)
        {
        }

        using var again = Asked(HttpMethod.Post, path);
        Assert.Equal(404, (await _door.Http.SendAsync(again, Cancellation).Problem()).Status);
        using var away = Asked(HttpMethod.Post, $"/api/macs/{Envelope.Away}/devices/{device}/revoke");
        Assert.Equal("mac_offline", (await _door.Http.SendAsync(away, Cancellation).Problem()).Code);
    }

    [Fact]
    public async Task A_drained_Mac_says_so_and_tells_of_itself_as_ever()
    {
        var board = ActivatorUtilities.CreateInstance<FleetBoard>(_door.Services, new FakeTimeProvider());
        _door.Mac.IsDraining = true;
        try
        {
            board.Forget();
            var drained = (await board.Read()).Macs.Single(mac => mac.Mac == Envelope.Mac);
            Assert.Equal(("draining", 1), (drained.State, drained.Running));
        }
        finally
        {
            _door.Mac.IsDraining = false;
        }

        board.Forget();
        Assert.Equal("here", (await board.Read()).Macs.Single(mac => mac.Mac == Envelope.Mac).State);
    }

    [Fact]
    public async Task A_Mac_whose_runner_does_not_answer_says_so()
    {
        var board = ActivatorUtilities.CreateInstance<FleetBoard>(_door.Services, new FakeTimeProvider());
        _door.Mac.IsRunnerSilent = true;
        try
        {
            board.Forget();
            var silent = (await board.Read()).Macs.Single(mac => mac.Mac == Envelope.Mac);
            Assert.Equal(("here", "built-in", false), (silent.State, silent.Runner, silent.RunnerAnswers));
        }
        finally
        {
            _door.Mac.IsRunnerSilent = false;
        }

        board.Forget();
        Assert.True((await board.Read()).Macs.Single(mac => mac.Mac == Envelope.Mac).RunnerAnswers);
    }

    [Fact]
    public async Task A_Mac_that_cannot_write_says_so_and_keeps_the_device()
    {
        var device = Sample.NewDevice();
        _door.Mac.Put(device, PairingStage.Paired);
        _door.Mac.IsFull = true;
        var path = $"/api/macs/{Envelope.Mac}/devices/{device}/revoke";
        try
        {
            using var full = Asked(HttpMethod.Post, path);
            var problem = await _door.Http.SendAsync(full, Cancellation).Problem();
            Assert.Equal((507, "storage"), (problem.Status, problem.Code));
            Assert.NotNull(_door.Mac.Standing(device));
        }
        finally
        {
            _door.Mac.IsFull = false;
        }

        using var again = Asked(HttpMethod.Post, path);
        using var revoked = await _door.Http.SendAsync(again, Cancellation);
        Assert.Equal(204, (int)revoked.StatusCode);
    }

    [Fact]
    public async Task A_frozen_Mac_is_silent_after_a_second_and_holds_no_report()
    {
        var thaw = new TaskCompletionSource();
        _door.Mac.Awake = thaw.Task;
        try
        {
            var time = new FakeTimeProvider();
            var board = ActivatorUtilities.CreateInstance<FleetBoard>(_door.Services, time);

            // The same question without that limit.
            var asked = Task.Run(() => _door.Grains.Mac(_door.Mac.Id).GetState(), Cancellation);
            var report = board.Read();
            while (!report.IsCompleted && !asked.IsCompleted)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }

            Assert.False(asked.IsCompleted);
            Assert.Equal("silent", (await report).Macs.Single(mac => mac.Mac == Envelope.Mac).State);
        }
        finally
        {
            _door.Mac.Awake = Task.CompletedTask;
            thaw.SetResult();
        }
    }

    [Fact]
    public async Task Who_is_frozen_has_one_question_to_answer_however_often_somebody_looks()
    {
        var asked = Channel.CreateUnbounded<string>();
        var time = new FakeTimeProvider();
        var board = ActivatorUtilities.CreateInstance<FleetBoard>(
            _door.Services,
            time,
            new OpenQuestions<string, FleetSnapshot>(_ => Frozen<FleetSnapshot>("memory")),
            new OpenQuestions<MacId, MacSnapshot>(mac => Frozen<MacSnapshot>(mac.Value)));
        for (var look = 0; look < 3; look++)
        {
            var report = board.Read();
            while (!report.IsCompleted)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }

            Assert.Equal("silent", (await report).Macs.Single(mac => mac.Mac == Envelope.Mac).State);
        }

        // A question begins on the pool, which may let it wait.
        string[] two = [await asked.Reader.ReadAsync(Cancellation), await asked.Reader.ReadAsync(Cancellation)];
        Assert.Equal(["memory", Envelope.Mac], two.OrderDescending());
        Assert.False(asked.Reader.TryRead(out _));

        Task<T> Frozen<T>(string who)
        {
            asked.Writer.TryWrite(who);
            return new TaskCompletionSource<T>().Task;
        }
    }

    [Fact]
    public async Task A_Mac_that_was_expelled_is_not_shown_whoever_remembers_it()
    {
        var (lost, time, members) = (MacId.Parse("eeeeeeeeeeeeeeee"), new FakeTimeProvider(), new MemberConnections());
        var view = ActivatorUtilities.CreateInstance<FleetView>(_door.Services, members);
        view.Add(lost);
        var remembered = new FleetSnapshot([new FleetMember(lost, "Lost", time.GetUtcNow(), time.GetUtcNow())]);
        var memory = new OpenQuestions<string, FleetSnapshot>(_ => Task.FromResult(remembered));
        var board = ActivatorUtilities.CreateInstance<FleetBoard>(_door.Services, view, memory, time);
        var shown = Assert.Single((await board.Read()).Macs);
        Assert.Equal((lost.Value, "away"), (shown.Mac, shown.State));

        await members.End(lost.Value);
        board.Forget();

        Assert.Empty((await board.Read()).Macs);
    }

    [Fact]
    public async Task So_many_follow_at_once_and_whoever_leaves_makes_room()
    {
        await using var door = await FrontDoor.Start(("FrontDoor:DashboardToken", SharedFrontDoor.Token));
        var followers = new Queue<HttpResponseMessage>();
        try
        {
            for (var follower = 0; follower < 32; follower++)
            {
                followers.Enqueue(await Follow(door));
                Assert.Equal(200, (int)followers.Last().StatusCode);
            }

            using (var late = await Follow(door))
            {
                Assert.NotNull(late.Headers.RetryAfter);
                var problem = await Task.FromResult(late).Problem();
                Assert.Equal((429, "rate"), (problem.Status, problem.Code));
            }

            followers.Dequeue().Dispose();
            HttpResponseMessage next;
            while ((int)(next = await Follow(door)).StatusCode == 429)
            {
                next.Dispose();
            }

            followers.Enqueue(next);
            Assert.Equal(200, (int)next.StatusCode);
        }
        finally
        {
            foreach (var follower in followers)
            {
                follower.Dispose();
            }
        }
    }

    [Fact]
    public async Task A_record_that_is_of_no_use_costs_its_device_and_not_the_report()
    {
        await using var door = await FrontDoor.Start();
        var (good, bad) = (Sample.NewDevice(), Sample.NewDevice());
        await Visit(door, good);
        await Visit(door, bad);
        await door.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero, Cancellation);
        door.Confuse(good);
        var time = new FakeTimeProvider();
        var lastSeen = ActivatorUtilities.CreateInstance<LastSeen>(door.Services, time);
        var board = ActivatorUtilities.CreateInstance<FleetBoard>(door.Services, time, lastSeen);

        // The front door's own memory is of no use either.
        var mac = Assert.Single((await board.Read()).Macs);

        Assert.Equal(("here", null), (mac.State, mac.FirstSeen));
        var seen = mac.Devices!.ToDictionary(device => device.Device, device => device.LastSeen);
        Assert.NotNull(seen[good.Value]);
        Assert.Null(seen[bad.Value]);
    }

    [Fact]
    public async Task What_is_known_of_an_absence_is_asked_again_after_a_minute()
    {
        var key = new PairingKey(_door.Mac.Id, Sample.NewDevice());
        _door.Mac.Put(key.Device, PairingStage.Paired);
        var time = new FakeTimeProvider();
        var lastSeen = ActivatorUtilities.CreateInstance<LastSeen>(_door.Services, time);
        Assert.Null(await lastSeen.Of(key));
        await Visit(_door, key.Device);
        Assert.Null(await lastSeen.Of(key));

        time.Advance(TimeSpan.FromMinutes(1));

        Assert.NotNull(await lastSeen.Of(key));
    }

    [Fact]
    public async Task Another_site_cannot_revoke_with_the_operators_browser()
    {
        using var request = Asked(HttpMethod.Post, $"/api/macs/{Envelope.Mac}/devices/bbbbbbbbbbbbbbbb/revoke");
        request.Headers.Add("Origin", "https://elsewhere.example");
        var problem = await _door.Http.SendAsync(request, Cancellation).Problem();
        Assert.Equal((403, "origin"), (problem.Status, problem.Code));
    }

    /// <summary>A paired device comes and goes.</summary>
    private static async Task Visit(FrontDoor door, DeviceId device)
    {
        var pairing = door.Grains.Pairing(new PairingKey(door.Mac.Id, device));
        door.Mac.Put(device, PairingStage.Paired);
        door.Mac.Connect(device);
        await pairing.Refresh();
        door.Mac.Disconnect(device);
        await pairing.Refresh();
    }

    private static async Task<HttpResponseMessage> Follow(FrontDoor door)
    {
        using var request = Asked(HttpMethod.Get, "/api/macs/events");
        return await door.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    private static HttpRequestMessage Asked(HttpMethod method, string path) => new(method, path)
    {
        Headers = { Authorization = new AuthenticationHeaderValue("Bearer", SharedFrontDoor.Token) },
    };

    private static JsonElement Find(JsonElement macOrReport, DeviceId device)
    {
        var macs = macOrReport.TryGetProperty("macs", out var all) ? all.EnumerateArray().ToList() : [macOrReport];
        return macs.Where(mac => mac.TryGetProperty("devices", out _))
            .SelectMany(mac => mac.GetProperty("devices").EnumerateArray())
            .FirstOrDefault(shown => shown.GetProperty("device").GetString() == device.Value);
    }

    private static async Task<JsonElement> Next(StreamReader events)
    {
        while (true)
        {
            var line = await events.ReadLineAsync(Cancellation);
            if (line is not null && line.StartsWith("data: ", StringComparison.Ordinal))
            {
                using var document = JsonDocument.Parse(line["data: ".Length..]);
                return document.RootElement.Clone();
            }
        }
    }

    private async Task<JsonElement> Read()
    {
        using var request = Asked(HttpMethod.Get, "/api/macs");
        using var response = await _door.Http.SendAsync(request, Cancellation);
        Assert.Equal(200, (int)response.StatusCode);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        return document.RootElement.Clone();
    }
}
