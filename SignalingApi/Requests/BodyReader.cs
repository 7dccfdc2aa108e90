using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using QuicPair.SignalingApi.Problems;

namespace QuicPair.SignalingApi.Requests;

/// <summary>Reads a small JSON body whole, and never more of it than its limit.</summary>
internal static class BodyReader
{
    // Ours: what is cheaper to read than to explain.
    private const int MaxDiscarded = 2 * 1024 * 1024;

    /// <summary>Reads the body, or says why not.</summary>
    /// <param name="http">The request.</param>
    /// <param name="limit">The most bytes that it may have.</param>
    public static async Task<(ReadOnlyMemory<byte> Body, Problem? Problem)> Read(HttpContext http, int limit)
    {
        if (!IsJson(http.Request.ContentType))
        {
            return (default, Problem.MediaType);
        }

        var size = http.Features.Get<IHttpMaxRequestBodySizeFeature>();
        if (http.Request.ContentLength is { } length && length > limit)
        {
            LetGo(http, size, length);
            return (default, Problem.TooLarge);
        }

        if (size is { IsReadOnly: false })
        {
            size.MaxRequestBodySize = limit;
        }

        var buffer = new byte[(int)(http.Request.ContentLength ?? limit)];
        var filled = 0;
        while (filled < buffer.Length)
        {
            var read = await http.Request.Body.ReadAsync(buffer.AsMemory(filled), http.RequestAborted);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        // A body without a length may go on; the server ends one that does with 413.
        var more = filled == limit && await http.Request.Body.ReadAsync(new byte[1], http.RequestAborted) > 0;
        return more ? (default, Problem.TooLarge) : (buffer.AsMemory(0, filled), null);
    }

    /// <summary>
    /// A client reads its answer only once it has sent all: the server takes what is bearable and throws it away,
    /// else it closes, which the client has to know.
    /// </summary>
    private static void LetGo(HttpContext http, IHttpMaxRequestBodySizeFeature? size, long length)
    {
        if (length <= MaxDiscarded && size is { IsReadOnly: false })
        {
            size.MaxRequestBodySize = length;
        }
        else
        {
            http.Response.Headers.Connection = "close";
        }
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
}
