using Xunit;

namespace QuicPair.EndToEnd.Breaking;

/// <summary>Who is asked to end before it has started ends in order all the same.</summary>
public sealed class EarlyEndTests
{
    [Theory]
    [InlineData("Silo")]
    [InlineData("SignalingApi")]
    public async Task Asked_to_end_while_it_starts_a_program_ends_in_order(string program)
    {
        var home = Directory.CreateTempSubdirectory("quicpair-early-");
        try
        {
            await using var process = ChildProcess.Start(
                "dotnet", [Tree.Program(program)], new Dictionary<string, string?>
                {
                    ["QUICPAIR_HOME"] = home.FullName,
                    ["FrontDoor__DataFolder"] = home.FullName,
                    ["OLLAMA_HOST"] = "http://127.0.0.1:9",
                    ["Urls"] = "http://127.0.0.1:0",
                    ["Metrics__Port"] = "0",
                    ["Cluster__Port"] = "0",
                    ["Logging__LogLevel__Orleans.Hosting.SiloHostedService"] = "Information",
                });
            await process.Line(line => line.Contains("Starting Orleans Silo", StringComparison.Ordinal));
            await process.Terminate();
            Assert.Equal(0, await process.Exit());
            var said = process.Errors + process.Output;
            Assert.False(said.Contains("Exception", StringComparison.Ordinal), said);
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }
}
