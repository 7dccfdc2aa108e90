using System.Text.Json;
using System.Text.RegularExpressions;
using QuicPair.Cli.Proxy.Requests;

namespace QuicPair.Cli.Proxy.Ollama;

/// <summary>
/// <c>keep_alive</c>: how long a model stays in memory after its answer, in seconds or as a duration of Go. A Mac
/// decides that itself; what it can be told is to let go at once.
/// </summary>
internal static partial class KeepAlive
{
    private const string Field = "keep_alive";

    /// <summary>Whether the model is to be kept for no time.</summary>
    /// <exception cref="ProxyException">The field is no duration.</exception>
    public static bool IsNone(ApiBody body) => body.Find(Field) switch
    {
        null => false,
        { ValueKind: JsonValueKind.Number } seconds => seconds.GetDouble() == 0,
        { ValueKind: JsonValueKind.String } text => IsNone(text.GetString()!),
        _ => throw ApiBody.Wrong(Field),
    };

    private static bool IsNone(string duration) => Duration().IsMatch(duration)
        ? !duration.AsSpan().ContainsAnyInRange('1', '9')
        : throw ProxyException.Bad($"{Field} is not a duration", Field);

    [GeneratedRegex(@"\A[+-]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)\z")]
    private static partial Regex Duration();
}
