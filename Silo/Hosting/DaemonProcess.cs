namespace QuicPair.Silo.Hosting;

/// <summary>A process that is the daemon, whichever program was started for it.</summary>
internal static class DaemonProcess
{
    /// <summary>Runs until the process is asked to end, or cannot go on.</summary>
    /// <param name="args">The daemon's arguments.</param>
    /// <param name="errors">Where the sentence goes that says why it does not start or go on.</param>
    /// <returns>The exit code: 2 for an argument that is no setting.</returns>
    public static async Task<int> Run(string[] args, TextWriter errors)
    {
        // A misspelt setting would leave its default in force: a Mac that is not in local mode, say.
        if (SettingNames.Problem(args) is { } wrong)
        {
            await errors.WriteLineAsync(wrong);
            return 2;
        }

        try
        {
            await using var daemon = await Daemon.Start(args, Environment.GetEnvironmentVariable);
            var colours = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
            Welcome.Show(daemon, Console.Out, !Console.IsOutputRedirected, colours);
            await daemon.WaitForShutdown();
            return 0;
        }
        catch (StartInterruptedException)
        {
            return 0;
        }
        catch (StartupException problem)
        {
            await errors.WriteLineAsync(problem.Message);
            return 1;
        }
    }
}
