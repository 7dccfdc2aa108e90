using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(QuicPair.Interop.Peers.NodePeers))]
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace QuicPair.Interop.Peers;

/// <summary>
/// The programs of <c>peers/</c> with what they depend on, installed once into a folder of build output.
/// </summary>
public sealed class NodePeers : IAsyncLifetime
{
    private static readonly string Source = Path.Combine(AppContext.BaseDirectory, "peers");

    private string? _problem;

    /// <summary>Where the programs run.</summary>
    internal string Folder { get; } = Path.Combine(
        AppContext.BaseDirectory, "..", "..", "..", "interop-peers");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Folder);
        foreach (var file in Directory.EnumerateFiles(Source))
        {
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)), overwrite: true);
        }

        // npm writes this file last and with the versions that it has installed.
        var stamp = Path.Combine(Folder, "node_modules", ".installed-for");
        var wanted = await File.ReadAllTextAsync(Path.Combine(Source, "package-lock.json"));
        if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp) == wanted) return;

        _problem = await Install();
        if (_problem is null) await File.WriteAllTextAsync(stamp, wanted);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Starts one of the programs.</summary>
    internal async Task<PeerProcess> Start(
        string program, CancellationToken cancellation, params (string Name, string Value)[] environment)
    {
        if (_problem is { } problem) Lane.Unavailable(problem);
        var peer = PeerProcess.OfAnotherMake(Path.Combine(Folder, program), environment);
        await peer.Expect("ready", cancellation);
        return peer;
    }

    /// <summary>Runs <c>measure.mjs</c> with few echoes and one second of bulk, and gives what it measured.</summary>
    internal async Task<JsonElement> Measure(
        string offerer, string answerer, int rounds, CancellationToken cancellation)
    {
        if (_problem is { } problem) Lane.Unavailable(problem);
        var start = new ProcessStartInfo(
            "node", [Path.Combine(Folder, "measure.mjs"), offerer, answerer, $"{rounds}"])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["RTC_PEER"] = Path.Combine(AppContext.BaseDirectory, "QuicPair.RtcPeer.dll");
        start.Environment["ECHO_N"] = "50";
        start.Environment["WARM"] = "10";
        start.Environment["SECS"] = "1";
        using var node = Process.Start(start)!;
        try
        {
            var output = await node.StandardOutput.ReadToEndAsync(cancellation);
            await node.WaitForExitAsync(cancellation);
            return JsonSerializer.Deserialize<JsonElement>(output);
        }
        finally
        {
            node.Kill(entireProcessTree: true);
        }
    }

    private async Task<string?> Install()
    {
        try
        {
            using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund"])
            {
                WorkingDirectory = Folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var output = npm.StandardOutput.ReadToEndAsync();
            var errors = await npm.StandardError.ReadToEndAsync();
            await npm.WaitForExitAsync();
            return npm.ExitCode == 0 ? null : $"npm ci failed: {errors} {await output}";
        }
        catch (Win32Exception cause)
        {
            return $"npm cannot be started: {cause.Message}";
        }
    }
}
