using Xunit;

namespace QuicPair.EndToEnd;

public sealed class MemoryScanTests
{
    [Fact]
    public async Task Finds_what_was_planted_and_nothing_else()
    {
        var planted = $"canary-{Guid.NewGuid():N}";
        var environment = new Dictionary<string, string?> { ["PLANTED"] = planted };
        const string script = "globalThis.kept = process.env.PLANTED; console.log('ready'); process.stdin.resume();";
        await using var node = ChildProcess.Start("node", ["-e", script], environment);
        await node.Line(line => line == "ready");

        var absent = $"canary-{Guid.NewGuid():N}";
        Assert.Equal([planted], MemoryScan.Find(node.Id, planted, absent));
    }
}
