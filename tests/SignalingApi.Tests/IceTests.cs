using System.Text;
using System.Text.Json;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Tests;
using QuicPair.SignalingApi.Ice;
using Xunit;

namespace QuicPair.SignalingApi.Tests;

public sealed class IceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_configuration_there_are_no_servers()
    {
        await using var door = await FrontDoor.Start();
        using var response = await Ask(door, Paired(door));
        Assert.Equal("""{"v":1,"iceServers":[]}""", await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task A_stranger_gets_no_credential()
    {
        await using var door = await FrontDoor.Start();
        var problem = await Ask(door, Sample.NewDevice()).Problem();
        Assert.Equal((403, "refused"), (problem.Status, problem.Code));
    }

    [Fact]
    public async Task A_phone_gets_credentials_that_expire_within_ten_minutes()
    {
        await using var door = await FrontDoor.Start(
            ("Ice:StunUrls:0", "stun:stun.example:3478"),
            ("Ice:TurnUrls:0", "turn:turn.example:3478"),
            ("Ice:TurnSecret", "planted-turn-secret"));
        var device = Paired(door);

        using var response = await Ask(door, device);

        Assert.True(response.Headers.CacheControl?.NoStore);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.DoesNotContain("planted-turn-secret", text, StringComparison.Ordinal);
        Assert.DoesNotContain(device.Value, text, StringComparison.Ordinal);
        Assert.Equal(600, JsonElement.Parse(text).GetProperty("ttl").GetInt32());
        var servers = JsonElement.Parse(text).GetProperty("iceServers");
        Assert.Equal("stun:stun.example:3478", servers[0].GetProperty("urls")[0].GetString());
        Assert.False(servers[0].TryGetProperty("username", out _));
        var username = servers[1].GetProperty("username").GetString()!.Split(':');
        var expiry = DateTimeOffset.FromUnixTimeSeconds(long.Parse(username[0], null));
        Assert.InRange(expiry, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddSeconds(600));
        Assert.Equal(
            RelayCredentials.Mint("planted-turn-secret", expiry, Convert.FromHexString(username[1])).Credential,
            servers[1].GetProperty("credential").GetString());
    }

    [Fact]
    public async Task A_fixed_user_is_told_as_it_is()
    {
        await using var door = await FrontDoor.Start(
            ("TURN_URLS", "turn:turn.example,turns:turn.example"), ("TURN_USER", "user"), ("TURN_PASS", "word"));
        using var response = await Ask(door, Paired(door));
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        var server = JsonElement.Parse(text).GetProperty("iceServers")[0];

        Assert.False(JsonElement.Parse(text).TryGetProperty("ttl", out _));
        Assert.Equal("""["turn:turn.example","turns:turn.example"]""", server.GetProperty("urls").GetRawText());
        Assert.Equal("user", server.GetProperty("username").GetString());
        Assert.Equal("word", server.GetProperty("credential").GetString());
    }

    [Fact]
    public void A_credential_is_what_a_relay_computes()
    {
        // printf '%s' 1800000000:00ff | openssl dgst -sha1 -hmac north -binary | base64
        var (username, credential) = RelayCredentials.Mint("north", Sample.Epoch, [0x00, 0xff]);
        Assert.Equal("1800000000:00ff", username);
        Assert.Equal("QQ41IhcASPIpxZx/QEkGQIfMFls=", credential);
    }

    [Fact]
    public async Task A_relay_without_a_secret_stops_the_start_with_the_keys_name()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(
            () => FrontDoor.Start(("Ice:TurnUrls:0", "turn:turn.example:3478")));
        Assert.Contains("Ice:TurnSecret", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"v":1}""", 400, "bad_request")]
    [InlineData("not json", 400, "bad_request")]
    public async Task Bad_input_gets_its_answer(string body, int status, string code)
    {
        await using var door = await FrontDoor.Start();
        var problem = await door.Http.PostAsync("/signaling/ice", Envelope.Json(body), Cancellation).Problem();
        Assert.Equal((status, code), (problem.Status, problem.Code));
        var large = Envelope.Bytes(Encoding.UTF8.GetBytes(new string(' ', 2048) + body));
        var second = await door.Http.PostAsync("/signaling/ice", large, Cancellation).Problem();
        Assert.Equal((413, "too_large"), (second.Status, second.Code));
    }

    private static DeviceId Paired(FrontDoor door)
    {
        var device = Sample.NewDevice();
        door.Mac.Put(device, PairingStage.Paired);
        return device;
    }

    private static Task<HttpResponseMessage> Ask(FrontDoor door, DeviceId device) =>
        door.Http.PostAsync("/signaling/ice", Envelope.Json(Envelope.Ice(device).ToJsonString()), Cancellation);
}
