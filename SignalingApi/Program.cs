using QuicPair.Cluster.Supervision;
using QuicPair.SignalingApi;
using QuicPair.SignalingApi.Dashboard;
using QuicPair.SignalingApi.Telemetry;

try
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddSignaling();
    builder.AddFrontDoorSilo();
    var app = builder.Build();
    app.MapSignaling();
    try
    {
        await app.StartAsync();
    }
    catch (Exception) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
    {
        var hasFailed = app.Services.GetRequiredService<SiloFailure>().HasFailed;
        var cause = HostEnd.FailedPart(app.Services);
        await app.Abandon();
        if (cause is not null) Console.Error.WriteLine(cause);
        return hasFailed || cause is not null ? 1 : 0;
    }

    var address = app.Urls.FirstOrDefault() ?? string.Empty;
    Console.WriteLine($"QuicPair front door on {address}");
    if (app.Services.GetRequiredService<MetricsListener>().Address is { } metrics)
    {
        Console.WriteLine($"Metrics: {metrics}");
    }

    var token = app.Services.GetRequiredService<OperatorToken>();

    // A daemon's output is somebody's log: the token is shown to a person at a terminal only.
    if (token.IsRandom && !Console.IsOutputRedirected)
    {
        Console.WriteLine($"Dashboard: {address.Replace("[::]", "localhost", StringComparison.Ordinal)}"
            + $"/dashboard/?token={token.Value}");
    }

    var failure = await app.Stopping();
    var disorder = await app.EndInOrder();
    var sentence = failure ?? disorder;
    if (sentence is not null) Console.Error.WriteLine(sentence);
    return sentence is not null || app.Services.GetRequiredService<SiloFailure>().HasFailed ? 1 : 0;
}
catch (Exception problem) when (StartupProblem.Sentence(problem) is not null)
{
    Console.Error.WriteLine(StartupProblem.Sentence(problem));
    return 1;
}
