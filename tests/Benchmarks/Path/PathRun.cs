using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using QuicPair.Client;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;

namespace QuicPair.Benchmarks.Path;

/// <summary>
/// The whole path on one machine: a silo in a process of its own, a phone in this one, and a runner in this one too, so
/// that the runner's first token and the phone's are read from one clock.
/// </summary>
internal static class PathRun
{
    public static async Task<int> Run(int rounds)
    {
        await using var runner = await MeteredRunner.Start();
        var home = Directory.CreateTempSubdirectory("quicpair-path-").FullName;
        using var silo = StartSilo(home, runner.Address);
        try
        {
            var link = await Invite(home, silo);
            await using var phone = new Phone(new PhoneOptions
            {
                Name = "measured",
                StorePath = System.IO.Path.Combine(home, "phone.json"),
            });
            await (await phone.Pair(link, CancellationToken.None)).DisposeAsync();
            await Measure(phone, runner, rounds);
            return 0;
        }
        finally
        {
            silo.Kill();
            await silo.WaitForExitAsync();
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task Measure(Phone phone, MeteredRunner runner, int rounds)
    {
        var samples = new Dictionary<string, List<double>>();
        void Add(string what, TimeSpan time)
        {
            if (!samples.TryGetValue(what, out var list)) samples[what] = list = [];
            list.Add(time.TotalMilliseconds);
        }

        const int warmUp = 10;
        for (var round = -warmUp; round < rounds; round++)
        {
            await using var mac = await phone.Open(phone.Pairings.Load().Single(), CancellationToken.None);
            await using var words = mac.Chat(new ChatMessage { Prompt = "measure" }).GetAsyncEnumerator();
            while (await words.MoveNextAsync() && words.Current is not DeltaMessage)
            {
            }

            var share = Stopwatch.GetElapsedTime(runner.FirstTokenAt);
            while (await words.MoveNextAsync())
            {
            }

            if (round < 0) continue;
            Add("offer → answer (HTTP, gate, grain, peer)", mac.Timings.Signaling);
            Add("ICE", mac.Timings.Ice);
            Add("DTLS", mac.Timings.Dtls);
            Add("SCTP and channel", mac.Timings.Sctp);
            Add("Noise", mac.Timings.Noise);
            Add("start → live session", mac.Timings.Total);
            Add("first token: runner wrote it → phone has it", share);
        }

        Console.WriteLine($"{rounds} rounds on loopback, milliseconds");
        Console.WriteLine("| stage | p50 | p90 | p99 |\n|---|---|---|---|");
        foreach (var (what, list) in samples)
        {
            list.Sort();
            double At(double share) => list[Math.Min(list.Count - 1, (int)(list.Count * share))];
            Console.WriteLine($"| {what} | {At(0.5):F2} | {At(0.9):F2} | {At(0.99):F2} |");
        }
    }

    private static Process StartSilo(string home, Uri runner)
    {
        var folder = System.IO.Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/'))!;
        var configuration = System.IO.Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));
        var program = System.IO.Path.Combine(folder, "..", "Silo", configuration, "QuicPair.Silo.dll");
        var start = new ProcessStartInfo("dotnet", [program]) { RedirectStandardOutput = true };
        start.Environment["QUICPAIR_HOME"] = home;
        start.Environment["Urls"] = "http://127.0.0.1:0";
        start.Environment["OLLAMA_HOST"] = runner.ToString();

        // One client asks a hundred times a second here; a person does not.
        start.Environment["Limits__Burst"] = "100000";
        start.Environment["Limits__PerSecond"] = "100000";
        return Process.Start(start)!;
    }

    private static async Task<PairingLink> Invite(string home, Process silo)
    {
        // The welcome ends when the control socket is there.
        while (await silo.StandardOutput.ReadLineAsync() is { } line
            && !line.StartsWith("Pair a phone", StringComparison.Ordinal))
        {
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(System.IO.Path.Combine(home, "control.sock")));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync("""{"op":"pair"}"""u8.ToArray().Append((byte)'\n').ToArray());
        using var reader = new StreamReader(stream);
        using var reply = JsonDocument.Parse((await reader.ReadLineAsync())!);
        var text = reply.RootElement.GetProperty("links").EnumerateArray().Last().GetString()!;
        return PairingLink.TryParse(text, out var link, out string problem)
            ? link
            : throw new InvalidOperationException(problem);
    }
}
