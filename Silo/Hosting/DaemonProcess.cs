namespace QuicPair.Silo.Hosting;

/// <summary>A process that is the daemon, whichever program was started for it.</summary>
internal static class DaemonProcess
{
    /// <summary>Runs until the process is asked to end, or cannot go on.</summary>
    /// <param name="args">The daemon's arguments.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> Run(string[] args)
    {
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
            Console.Error.WriteLine(problem.Message);
            return 1;
        }
    }
}
