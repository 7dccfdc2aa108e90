using System.Diagnostics;
using System.Runtime.CompilerServices;
using Xunit;

namespace QuicPair.Web.Tests;

/// <summary>The folder <c>Web</c> and the programs that Node runs in it.</summary>
internal static class WebProject
{
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(ThisFolder(), "..", "..", "Web"));

    /// <summary>Installs the pinned packages unless the installed ones are those of the lock file.</summary>
    public static async Task InstallPackages(CancellationToken cancellationToken)
    {
        var installed = new FileInfo(Path.Combine(Folder, "node_modules", ".package-lock.json"));
        var locked = new FileInfo(Path.Combine(Folder, "package-lock.json"));
        if (installed.Exists && installed.LastWriteTimeUtc >= locked.LastWriteTimeUtc)
        {
            return;
        }

        var (exitCode, output) = await Run("npm", ["ci", "--no-audit", "--no-fund"], cancellationToken);
        Assert.True(exitCode == 0, output);
        File.SetLastWriteTimeUtc(installed.FullName, DateTime.UtcNow);
    }

    public static async Task<(int ExitCode, string Output)> Run(
        string program, string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output + await errors);
    }

    private static string ThisFolder([CallerFilePath] string path = "") =>
        Path.GetDirectoryName(path) ?? throw new InvalidOperationException("no source path");
}
