using System.Text.Json;
using QuicPair.Nat.Lab;
using Xunit;

namespace QuicPair.Nat.Doctor;

/// <summary>One run of <c>quicpair doctor --network</c> in a namespace.</summary>
/// <param name="ExitCode">Of the program.</param>
/// <param name="Output">What it printed.</param>
internal sealed record DoctorRun(int ExitCode, string Output)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Output);

    /// <summary>The line of a check, with the line that mends it.</summary>
    public string Line(string check)
    {
        var lines = Output.Split('\n');
        var index = Array.FindIndex(lines, line => line.Contains($" {check} ", StringComparison.Ordinal));
        Assert.True(index >= 0, Output);
        return lines[index] + "\n" + lines[index + 1].TrimStart();
    }

    public static async Task<DoctorRun> InText(
        Namespace place, Dictionary<string, string> environment, CancellationToken cancellation)
    {
        var (exit, output) = await Quicpair.Run(place, environment, cancellation, "doctor", "--network");
        return new DoctorRun(exit, output);
    }

    public static async Task<DoctorRun> InJson(
        Namespace place, Dictionary<string, string> environment, CancellationToken cancellation)
    {
        var (exit, output) = await Quicpair.Run(place, environment, cancellation, "doctor", "--network", "--json");
        return new DoctorRun(exit, output);
    }
}
