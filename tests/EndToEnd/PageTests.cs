using System.Text.RegularExpressions;
using Xunit;

namespace QuicPair.EndToEnd;

/// <summary>The phone page in Chromium against a Mac that says what the test wants.</summary>
public sealed partial class PageTests
{
    [Fact]
    public async Task The_page_keeps_its_promises_in_a_real_browser()
    {
        var chromium = Chromium.Require();
        await Chromium.Install();
        var environment = new Dictionary<string, string?> { ["CHROMIUM"] = chromium };
        await using var tests = ChildProcess.Start(
            "node", ["--test", "--test-reporter=tap", "page.test.mjs"], environment, Chromium.Folder);

        var exitCode = await tests.Exit(TimeSpan.FromMinutes(20));

        Assert.True(exitCode == 0, tests.Output + tests.Errors);
        var passed = PassedCount().Match(tests.Output);
        Assert.True(passed.Success && int.Parse(passed.Groups[1].ValueSpan) > 0, tests.Output);
    }

    [GeneratedRegex(@"^# pass (\d+)\r?$", RegexOptions.Multiline)]
    private static partial Regex PassedCount();
}
