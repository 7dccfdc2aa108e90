using System.Security.Cryptography;
using Xunit;

namespace QuicPair.EndToEnd;

public sealed class MemoryScanTests
{
    [Fact]
    public async Task Finds_what_was_planted_and_nothing_else()
    {
        var planted = $"canary-{Guid.NewGuid():N}";
        var key = RandomNumberGenerator.GetBytes(32);
        var environment = new Dictionary<string, string?>
        {
            ["PLANTED"] = planted,
            ["KEY"] = Convert.ToHexString(key),
        };
        const string script = "globalThis.kept = [process.env.PLANTED, Buffer.from(process.env.KEY, 'hex')]; "
            + "console.log('ready'); process.stdin.resume();";
        await using var node = ChildProcess.Start("node", ["-e", script], environment);
        await node.Line(line => line == "ready");

        var absent = $"canary-{Guid.NewGuid():N}";
        var found = MemoryScan.Find(node.Id, [planted, absent], [key, RandomNumberGenerator.GetBytes(32)]);

        Assert.Equal([MemoryScan.NameOf(key), planted], found.Order(StringComparer.Ordinal));
    }
}
