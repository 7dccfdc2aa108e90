using System.Text.RegularExpressions;
using Xunit;

namespace QuicPair.Architecture;

/// <summary>What a stranger finds at the top of the tree, and what nobody should find in it.</summary>
public sealed partial class HouseTests
{
    private static readonly string[] TextFiles =
        [
            "*.cs", "*.ts", "*.tsx", "*.mjs", "*.css", "*.html",
            "*.md", "*.yml", "*.sh", "*.csproj", "*.props", "*.json",
        ];

    [Theory]
    [InlineData("QuicPair.sln")]
    [InlineData("Grains")]
    [InlineData("Grains.Interfaces")]
    [InlineData("Silo")]
    [InlineData("SignalingApi")]
    [InlineData("tests")]
    [InlineData("docker-compose.yml")]
    [InlineData("README.md")]
    [InlineData("CHANGELOG.md")]
    [InlineData("LICENSE")]
    [InlineData("Makefile")]
    public void The_top_level_has_it(string name) => Assert.True(Path.Exists(Path.Combine(Repository.Root, name)));

    [Fact]
    public void Nothing_is_left_for_later() => Assert.Empty(Finds(LeftForLater(), "tests/Architecture/"));

    [Fact]
    public void No_test_is_switched_off() => Assert.Empty(Finds(SwitchedOff(), "tests/Architecture/"));

    [Fact]
    public void Tests_await_events_and_never_the_clock() => Assert.DoesNotContain(
        Finds(Sleeping(), "tests/Architecture/"), line => line.StartsWith("tests/", StringComparison.Ordinal)
            && !line.StartsWith("tests/RtcPeer/", StringComparison.Ordinal)
            && !line.StartsWith("tests/Links/", StringComparison.Ordinal)
            && !line.StartsWith("tests/Benchmarks/", StringComparison.Ordinal));

    private static IEnumerable<string> Finds(Regex pattern, string except) => TextFiles
        .SelectMany(Repository.Files)
        .Where(path => !path.StartsWith(except, StringComparison.Ordinal) && !path.EndsWith("-lock.json",
            StringComparison.Ordinal) && !path.StartsWith("tests/vectors/", StringComparison.Ordinal))
        .SelectMany(path => File.ReadLines(Path.Combine(Repository.Root, path))
            .Select((line, index) => (line, index))
            .Where(at => pattern.IsMatch(at.line))
            .Select(at => $"{path}:{at.index + 1}: {at.line.Trim()}"));

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException")]
    private static partial Regex LeftForLater();

    [GeneratedRegex(@"\bSkip\s*=\s*""|Assert\.Skip(Unless|When)\(|\.skip\(")]
    private static partial Regex SwitchedOff();

    [GeneratedRegex(@"Thread\.Sleep\(|Task\.Delay\((?!Timeout\.Infinite)")]
    private static partial Regex Sleeping();
}
