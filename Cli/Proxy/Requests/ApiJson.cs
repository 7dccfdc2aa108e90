using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace QuicPair.Cli.Proxy.Requests;

/// <summary>Writes JSON of a reply.</summary>
internal static class ApiJson
{
    private static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A whole reply.</summary>
    public static Task Write(HttpContext http, JsonNode content, int status = 200)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        return http.Response.Body.WriteAsync(Bytes(content, "", "")).AsTask();
    }

    /// <summary>A part of a stream, sent at once.</summary>
    public static async Task Stream(HttpContext http, JsonNode content, string before, string after)
    {
        await http.Response.Body.WriteAsync(Bytes(content, before, after), http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    private static byte[] Bytes(JsonNode content, string before, string after) =>
        Encoding.UTF8.GetBytes(before + content.ToJsonString(Relaxed) + after);
}
