using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using QuicPair.Grains.Interfaces;
using Xunit;

namespace QuicPair.SignalingApi.Tests;

/// <summary>A phone's request as JSON that a test can spoil.</summary>
internal static class Envelope
{
    public const string Mac = "aaaaaaaaaaaaaaaa";
    public const string Away = "bbbbbbbbbbbbbbbb";
    public const string Never = "cccccccccccccccc";
    public const string Token = "AAECAwQFBgcICQoLDA0ODw";

    public static JsonObject Offer(string device) => new()
    {
        ["v"] = 1,
        ["mac"] = Mac,
        ["device"] = device,
        ["sdp"] = "v=0\r\n",
        ["ts"] = 1_800_000_000,
        ["nonce"] = Token,
        ["versions"] = new JsonArray(1),
        ["auth"] = Token,
    };

    public static JsonObject Ice(DeviceId device)
    {
        var envelope = Offer(device.Value);
        envelope.Remove("sdp");
        return envelope;
    }

    public static HttpContent Json(string body) => Bytes(Encoding.UTF8.GetBytes(body));

    public static HttpContent Bytes(byte[] body) => new ByteArrayContent(body)
    {
        Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
    };

    public static async Task<(int Status, string? Code, JsonElement Body)> Problem(this Task<HttpResponseMessage> call)
    {
        using var response = await call;
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var body = JsonElement.Parse(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal((int)response.StatusCode, body.GetProperty("status").GetInt32());
        return ((int)response.StatusCode, body.GetProperty("code").GetString(), body);
    }
}
