using System.Text.Json;
using System.Text.RegularExpressions;
using QuicPair.EndToEnd;

namespace QuicPair.Cluster.Tests.Deploy;

/// <summary>What docker-compose.yml has a container run, its variables with their defaults.</summary>
internal static partial class ComposeFile
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Tree.Root, "docker-compose.yml"));

    /// <summary>The lines for a shell below a key of a service.</summary>
    public static string Shell(string service, string key)
    {
        var first = Find(Find(Find(0, service + ":"), key + ":"), "- |-") + 1;
        var indent = Indent(Lines[first]);
        var text = Lines.Skip(first).TakeWhile(line => Indent(line) >= indent).Select(line => line[indent..]);
        return WithDefaults(string.Join('\n', text));
    }

    /// <summary>The words of the command of a service that writes them in one line.</summary>
    public static string[] Command(string service) => Words(Find(Find(0, service + ":"), "command:"));

    /// <summary>The words of the health check of a service that writes them in one line.</summary>
    public static string[] Check(string service) =>
        Words(Find(Find(Find(0, service + ":"), "healthcheck:"), "test:"))[1..];

    private static string[] Words(int at)
    {
        var line = Lines[at];
        var words = WithDefaults(line[line.IndexOf('[', StringComparison.Ordinal)..]);
        return JsonSerializer.Deserialize<string[]>(words)!;
    }

    private static int Find(int from, string start) =>
        Array.FindIndex(Lines, from, line => line.TrimStart().StartsWith(start, StringComparison.Ordinal));

    private static int Indent(string line) => line.Length - line.TrimStart().Length;

    private static string WithDefaults(string text) =>
        Variable().Replace(text, found => found.Value == "$$" ? "$" : found.Groups[1].Value);

    [GeneratedRegex(@"\$\$|\$\{\w+:-([^}]*)\}")]
    private static partial Regex Variable();
}
