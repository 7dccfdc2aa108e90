using System.Collections.Frozen;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.StaticFiles;
using QuicPair.SignalingApi.Problems;

namespace QuicPair.SignalingApi.Pages;

/// <summary>
/// The phone's page, <c>/p</c> and what lies below it, and the operator's <c>/fleet</c>, from the resources
/// <c>web/…</c> of this assembly. The pages may load and call nothing but their own origin.
/// </summary>
internal sealed partial class PhonePage
{
    private const string Prefix = "web/";
    private const string Fleet = "fleet.html";
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        + "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'";

    private readonly FrozenDictionary<string, PageFile> _files = Load(typeof(PhonePage).Assembly);

    /// <summary>Serves a file of the page; the page itself for an empty path.</summary>
    public IResult Get(HttpContext http, string? path) =>
        path == Fleet ? Problem.NotFound : File(http, string.IsNullOrEmpty(path) ? "index.html" : path);

    /// <summary>Serves the operator's page; its scripts and styles are those of <c>/p/assets</c>.</summary>
    public IResult GetFleet(HttpContext http) => File(http, Fleet);

    private IResult File(HttpContext http, string path)
    {
        if (!_files.TryGetValue(path, out var file))
        {
            return Problem.NotFound;
        }

        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()";
        headers.CacheControl = file.IsImmutable ? "public, max-age=31536000, immutable" : "no-store";
        return Results.Bytes(file.Content, file.ContentType);
    }

    private static FrozenDictionary<string, PageFile> Load(Assembly assembly)
    {
        var types = new FileExtensionContentTypeProvider();
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(
                name => name[Prefix.Length..].Replace('\\', '/'),
                name => Read(assembly, name, types));
    }

    private static PageFile Read(Assembly assembly, string name, FileExtensionContentTypeProvider types)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        var type = types.TryGetContentType(name, out var known) ? known : "application/octet-stream";
        var text = type.StartsWith("text/", StringComparison.Ordinal) ? type + "; charset=utf-8" : type;
        return new PageFile(content, text, HashedName().IsMatch(name));
    }

    // Vite puts a hash of the content into the names of its assets: main-B1f0Zk3Q.js.
    [GeneratedRegex(@"/assets/[^/]+[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$")]
    private static partial Regex HashedName();
}
