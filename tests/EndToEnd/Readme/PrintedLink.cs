using Xunit;

namespace QuicPair.EndToEnd.Readme;

/// <summary>A link as the terminal shows it, opened by a browser of whoever reads it there.</summary>
internal static class PrintedLink
{
    private const string Prompt = "Hello through the link as it was printed";

    /// <summary>It pairs the browser, and the built-in runner answers a prompt.</summary>
    public static async Task AssertIsAnswered(Chromium browser, string link)
    {
        await browser.Open(link);
        await browser.WaitFor("h1", "Pair with this Mac");
        await browser.Click("Pair");
        await browser.WaitFor(".chip", "Local|Direct");
        await browser.Type("textarea", Prompt);
        await browser.Click("Send");
        var answer = await browser.WaitFor(
            ".answer:last-of-type[data-state=done] .text", "built-in text generator");
        Assert.Contains(Prompt, answer, StringComparison.Ordinal);
    }
}
