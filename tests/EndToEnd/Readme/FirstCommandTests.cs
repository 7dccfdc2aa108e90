using Xunit;

namespace QuicPair.EndToEnd.Readme;

/// <summary>What the README promises of <c>dotnet run --project Silo</c>, with a browser on this machine.</summary>
public sealed class FirstCommandTests(ITestOutputHelper output)
{
    // The default but for the port, which other tests have.
    private static readonly Dictionary<string, string?> Settings = new() { ["Urls"] = "http://*:0" };

    [Fact]
    public async Task It_ends_with_a_code_and_links_and_each_link_pairs_a_browser_that_is_answered()
    {
        Terminal.Require();
        Chromium.Require();
        var printed = 1;

        // A code pairs one phone, so each link has a silo of its own.
        for (var number = 0; number < printed; number++)
        {
            // Before the silo: its code is good for two minutes.
            await using var browser = await Chromium.Start(390, 844);
            await using var silo = await SiloAtTerminal.Start(Settings);
            var links = silo.Links;
            printed = links.Count;
            Assert.InRange(printed, 1, 2);
            var code = PrintedCode.Of(links[0]);
            Assert.Equal(code, PrintedCode.On(silo.Screen).Take(code.Count));
            Assert.StartsWith("http://localhost:", links[^1], StringComparison.Ordinal);
            Assert.Contains("Models: the built-in text generator", silo.Screen, StringComparison.Ordinal);

            await PrintedLink.AssertIsAnswered(browser, links[number]);

            output.WriteLine($"answered through {new Uri(links[number]).Host}");
            Assert.Equal(0, await silo.End());
        }
    }
}
