using System.Diagnostics;
using QuicPair.EndToEnd;
using QuicPair.Protocol;

namespace QuicPair.Benchmarks.Path;

/// <summary>A Mac in a process of its own, over a folder that ends with it, whose models are a runner's.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private readonly MacProcess _mac;

    private SiloProcess(MacProcess mac) => _mac = mac;

    public string Home => _mac.Home;

    /// <param name="runner">Where its Ollama is.</param>
    /// <param name="parallel">Chats that run at the same time.</param>
    /// <param name="more">Further settings.</param>
    public static async Task<SiloProcess> Start(
        Uri runner, int parallel = 1, IReadOnlyDictionary<string, string?>? more = null) => new(await MacProcess.Start(
            settings: new Dictionary<string, string?>(more ?? new Dictionary<string, string?>())
            {
                ["OLLAMA_HOST"] = runner.ToString(),
                ["Runner__Parallel"] = $"{parallel}",

                // One client asks a hundred times a second here; a person does not.
                ["Limits__Burst"] = "100000",
                ["Limits__PerSecond"] = "100000",
            }));

    /// <summary>The process itself, to be measured.</summary>
    public Process Find() => Process.GetProcessById(_mac.Process.Id);

    /// <summary>A link, for one phone; the one before is void.</summary>
    /// <param name="local">For this network only: whoever uses it asks no STUN server.</param>
    public async Task<PairingLink> Invite(bool local = false)
    {
        var reply = await _mac.Ask(new { op = "pair", local });
        var text = reply.GetProperty("links").EnumerateArray().Last().GetString()!;
        return PairingLink.TryParse(text, out var link, out string problem)
            ? link
            : throw new InvalidOperationException(problem);
    }

    /// <summary>Waits until so many phones have a live session.</summary>
    public Task Reaches(int connected) => Poll.Until(
        async () =>
        {
            var reply = await _mac.Ask(new { op = "status" });
            return reply.GetProperty("status").GetProperty("connected").GetInt32() == connected;
        },
        $"{connected} phones never came to be connected.");

    public ValueTask DisposeAsync() => _mac.DisposeAsync();
}
