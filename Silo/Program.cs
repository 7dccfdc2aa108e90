using QuicPair.Silo;
using QuicPair.Silo.Hosting;

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
