using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using QuicPair.Protocol;

namespace QuicPair.Benchmarks.Path;

/// <summary>A Mac in a process of its own, over a folder that ends with it.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private readonly Process _process;

    private SiloProcess(Process process, string home) => (_process, Home) = (process, home);

    public string Home { get; }

    /// <param name="runner">Where its Ollama is.</param>
    /// <param name="parallel">Chats that run at the same time.</param>
    public static async Task<SiloProcess> Start(Uri runner, int parallel = 1)
    {
        var home = Directory.CreateTempSubdirectory("quicpair-path-").FullName;
        var folder = System.IO.Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/'))!;
        var configuration = System.IO.Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));
        var program = System.IO.Path.Combine(folder, "..", "Silo", configuration, "QuicPair.Silo.dll");
        var start = new ProcessStartInfo("dotnet", [program]) { RedirectStandardOutput = true };
        start.Environment["QUICPAIR_HOME"] = home;
        start.Environment["Urls"] = "http://127.0.0.1:0";
        start.Environment["OLLAMA_HOST"] = runner.ToString();
        start.Environment["Runner__Parallel"] = $"{parallel}";

        // One client asks a hundred times a second here; a person does not.
        start.Environment["Limits__Burst"] = "100000";
        start.Environment["Limits__PerSecond"] = "100000";
        var silo = new SiloProcess(Process.Start(start)!, home);
        await silo.Welcomed();
        return silo;
    }

    public async Task<PairingLink> Invite()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(System.IO.Path.Combine(Home, "control.sock")));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync("""{"op":"pair"}"""u8.ToArray().Append((byte)'\n').ToArray());
        using var reader = new StreamReader(stream);
        using var reply = JsonDocument.Parse((await reader.ReadLineAsync())!);
        var text = reply.RootElement.GetProperty("links").EnumerateArray().Last().GetString()!;
        return PairingLink.TryParse(text, out var link, out string problem)
            ? link
            : throw new InvalidOperationException(problem);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(Home, recursive: true);
    }

    /// <summary>The welcome ends when the control socket is there.</summary>
    private async Task Welcomed()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line
            && !line.StartsWith("Pair a phone", StringComparison.Ordinal))
        {
        }
    }
}
