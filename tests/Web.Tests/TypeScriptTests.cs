using System.Text.RegularExpressions;
using Xunit;

namespace QuicPair.Web.Tests;

public sealed partial class TypeScriptTests
{
    [Fact]
    public async Task The_page_passes_the_strict_compiler()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await WebProject.InstallPackages(cancellationToken);

        var compiler = Path.Combine("node_modules", "typescript", "bin", "tsc");
        var (exitCode, output) = await WebProject.Run("node", [compiler, "--noEmit"], cancellationToken);

        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task The_tests_of_the_page_pass()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await WebProject.InstallPackages(cancellationToken);

        var script = Path.Combine("scripts", "test.mjs");
        var (exitCode, output) = await WebProject.Run("node", [script], cancellationToken);

        Assert.True(exitCode == 0, output);
        var passed = PassedCount().Match(output);
        Assert.True(passed.Success && int.Parse(passed.Groups[1].ValueSpan) > 0, output);
    }

    [GeneratedRegex(@"^# pass (\d+)\r?$", RegexOptions.Multiline)]
    private static partial Regex PassedCount();
}
