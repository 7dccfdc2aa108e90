using System.Text.RegularExpressions;

namespace QuicPair.Client.Tests;

/// <summary>docs/troubleshooting.md has one line for each cause, with the words that people read.</summary>
public sealed partial class TroubleshootingTests
{
    private static readonly string Root = FindRoot();
    private static readonly string Page = File.ReadAllText(Path.Combine(Root, "docs", "troubleshooting.md"));

    [Fact]
    public void Each_cause_of_the_client_has_one_line_with_its_sentence()
    {
        var lines = Page.Split('\n').Where(line => ClientLine().IsMatch(line)).ToList();
        var documented = lines.Select(line => ClientLine().Match(line))
            .Select(line => (line.Groups["cause"].Value, line.Groups["sentence"].Value))
            .OrderBy(line => line, Comparer<(string, string)>.Default);
        var known = Enum.GetValues<ConnectFailure>()
            .Select(cause => (cause.ToString(), new ConnectException(cause).Message))
            .OrderBy(line => line, Comparer<(string, string)>.Default);
        Assert.Equal(known, documented);
    }

    [Fact]
    public void Each_code_of_the_page_has_a_line()
    {
        var source = File.ReadAllText(Path.Combine(Root, "Web", "src", "phone", "problem.ts"));
        var begin = source.IndexOf("type ProblemCode", StringComparison.Ordinal);
        var codes = PageCode().Matches(source[begin..source.IndexOf(';', begin)])
            .Select(code => code.Groups[1].Value);
        Assert.NotEmpty(codes);
        Assert.All(codes, code => Assert.Contains($"`{code}`", Page, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^\| `(?<cause>[A-Z]\w+)` \| (?<sentence>[^|]+) \| [^|]+ \|\s*$")]
    private static partial Regex ClientLine();

    [GeneratedRegex("\"([a-z_]+)\"")]
    private static partial Regex PageCode();

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "QuicPair.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("QuicPair.sln is in no folder above the tests.");
    }
}
