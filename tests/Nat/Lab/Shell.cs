using System.Diagnostics;

namespace QuicPair.Nat.Lab;

/// <summary>Runs the programs that build networks.</summary>
internal static class Shell
{
    /// <summary>Runs a program to its end and returns what it printed.</summary>
    /// <exception cref="LabException">It failed.</exception>
    public static string Run(string program, IEnumerable<string> arguments, string input = "")
    {
        string[] list = [.. arguments];
        using var process = Process.Start(new ProcessStartInfo(program, list)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new LabException($"{program} {string.Join(' ', list)}: {errors.Result}{input}");
    }

    /// <summary>Runs lines of the program <c>ip</c>.</summary>
    public static void Ip(string lines) => Run("ip", ["-batch", "-"], lines);
}
