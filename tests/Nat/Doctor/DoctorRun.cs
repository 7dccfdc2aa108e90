using System.Diagnostics;
using System.Text.Json;
using QuicPair.Nat.Lab;
using Xunit;

namespace QuicPair.Nat.Doctor;

/// <summary>One run of <c>quicpair doctor --network</c> in a namespace.</summary>
/// <param name="ExitCode">Of the program.</param>
/// <param name="Output">What it printed.</param>
internal sealed record DoctorRun(int ExitCode, string Output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The line of a check, with the line that mends it.</summary>
    public string Line(string check)
    {
        var lines = Output.Split('\n');
        var index = Array.FindIndex(lines, line => line.Contains($" {check} ", StringComparison.Ordinal));
        Assert.True(index >= 0, Output);
        return lines[index] + "\n" + lines[index + 1].TrimStart();
    }

    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Output);

    public static async Task<DoctorRun> InText(
        Namespace place, Dictionary<string, string> environment, CancellationToken cancellation) =>
        await Run(place, ["doctor", "--network"], environment, cancellation);

    public static async Task<DoctorRun> InJson(
        Namespace place, Dictionary<string, string> environment, CancellationToken cancellation) =>
        await Run(place, ["doctor", "--network", "--json"], environment, cancellation);

    private static async Task<DoctorRun> Run(
        Namespace place, string[] arguments, Dictionary<string, string> environment, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("ip", ["netns", "exec", place.Name, Program(), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new DoctorRun(process.ExitCode, await output + await errors);
    }

    // The command is built beside the tests, in the same configuration; its folder keeps its name.
    private static string Program()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var folder = Path.Combine(AppContext.BaseDirectory, "..", "..", "Cli", configuration);
        string[] names = ["quicpair", "QuicPair.Cli"];
        return names.Select(name => Path.GetFullPath(Path.Combine(folder, name))).First(File.Exists);
    }
}
