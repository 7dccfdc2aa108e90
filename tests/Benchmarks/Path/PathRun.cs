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
    // A Mac remembers at most 64 offers of a device in five minutes.
    private const int RoundsPerDevice = 50;
    private const int WarmUp = 10;

    public static async Task<int> Run(int rounds)
    {
        await using var runner = await MeteredRunner.Start();
        var home = Directory.CreateTempSubdirectory("quicpair-path-").FullName;
        using var silo = StartSilo(home, runner.Address);
        try
        {
            await Welcomed(silo);
            var samples = new StageTimes();
            for (var done = 0; done < rounds; done += RoundsPerDevice)
            {
                var store = System.IO.Path.Combine(home, $"phone-{done}.json");
                await using var phone = new Phone(new PhoneOptions { Name = "measured", StorePath = store });
                await (await phone.Pair(await Invite(home), CancellationToken.None)).DisposeAsync();
                await Measure(phone, runner, samples, Math.Min(RoundsPerDevice, rounds - done));
            }

            samples.Print($"{rounds} rounds on loopback, milliseconds");
            return 0;
        }
        finally
        {
            silo.Kill();
            await silo.WaitForExitAsync();
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task Measure(Phone phone, MeteredRunner runner, StageTimes times, int rounds)
    {
        for (var round = -WarmUp; round < rounds; round++)
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

            if (round >= 0)
            {
                times.Add("offer → answer (HTTP, gate, grain, peer)", mac.Timings.Signaling);
                times.Add("ICE", mac.Timings.Ice);
                times.Add("DTLS", mac.Timings.Dtls);
                times.Add("SCTP and channel", mac.Timings.Sctp);
                times.Add("Noise", mac.Timings.Noise);
                times.Add("start → live session", mac.Timings.Total);
                times.Add("first token: runner wrote it → phone has it", share);
            }
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

    /// <summary>The welcome ends when the control socket is there.</summary>
    private static async Task Welcomed(Process silo)
    {
        while (await silo.StandardOutput.ReadLineAsync() is { } line
            && !line.StartsWith("Pair a phone", StringComparison.Ordinal))
        {
        }
    }

    private static async Task<PairingLink> Invite(string home)
    {
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
